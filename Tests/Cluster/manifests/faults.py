"""Faults, each put into a sound overlay, and the words by which a check has to find it."""

import dataclasses
import os

from . import agreement, overlays, program, rules, scan, schemas


@dataclasses.dataclass
class Fault:
    check: object
    overlay: str
    old: str
    new: str
    words: str

    def is_found(self):
        built = overlays.text(self.overlay)
        if self.old not in built:
            raise LookupError(f"k8s/overlays/{self.overlay} has no {self.old!r}")
        return any(self.words in finding
                   for finding in self.check.findings(overlays.manifests(built.replace(self.old, self.new))))


AZURE, VAULT, AWS, GCP, PLAIN = (
    "azure-key-vault", "hashicorp-vault", "aws-secrets-manager", "gcp-secret-manager", "kubernetes-secret")
CLIENTS = PLAIN + overlays.WITH_CLIENTS

ALL = [
    # The shape of Kubernetes' kinds and of each provider's parameters.
    Fault(schemas, PLAIN, "runAsNonRoot:", "runAsNonroot:", "'runAsNonroot' was unexpected"),
    Fault(schemas, PLAIN, "clusterIP: None", "clusterIp: None", "Kubernetes 1.30"),
    Fault(schemas, PLAIN, "replicas: 1", "replicas: one", "'one' is not of type"),
    Fault(schemas, PLAIN, "apps/v1", "apps/v1beta1", "find schema"),
    Fault(schemas, AZURE, "tenantID:", "tenantId:", "'tenantId' was unexpected"),
    Fault(schemas, AZURE, "objectType: secret", "objectKind: secret", "objects[0]"),
    Fault(schemas, AZURE, "usePodIdentity: \"false\"", "usePodIdentity: false", "is not of type 'string'"),
    Fault(schemas, VAULT, "secretKey: client-secret", "key: client-secret", "'secretKey' is a required property"),
    Fault(schemas, VAULT, "roleName:", "role:", "'role' was unexpected"),
    Fault(schemas, VAULT, "https://", "http://", "vaultAddress"),
    Fault(schemas, AWS, "objectType: secretsmanager", "objectType: secret", "'secret' is not one of"),
    Fault(schemas, AWS, "objectAlias:", "alias:", "'alias' was unexpected"),
    Fault(schemas, GCP, "/versions/latest", "", "does not match"),
    Fault(schemas, GCP, "path: client-secret", "alias: client-secret", "'alias' was unexpected"),
    Fault(schemas, AZURE, "array:", "list:", "no list of secrets"),
    Fault(schemas, AZURE, "objectAlias: client-secret", "objectAlias: client-secret\n          objectVersion: abcdef",
          "never rotates"),
    Fault(schemas, GCP, "client-secret/versions/latest", "client-secret/versions/1", "never rotates"),
    Fault(schemas, GCP, "- resourceName: projects/my-project/secrets/client", "- resourceName: [", "no list of"),
    # The rules of the Pod Security Standard, and of this house.
    Fault(rules, PLAIN, "runAsNonRoot: true", "runAsNonRoot: false", "Running as Non-root: "),
    Fault(rules, PLAIN, "runAsUser: 10001", "runAsUser: 0", "Running as Non-root user: "),
    Fault(rules, PLAIN, "type: RuntimeDefault", "type: Unconfined", "Seccomp"),
    Fault(rules, PLAIN, "- ALL", "- NET_RAW", "Capabilities"),
    Fault(rules, PLAIN, "drop:", "add: [SYS_TIME]\n            drop:", "Capabilities"),
    Fault(rules, PLAIN, "allowPrivilegeEscalation: false", "privileged: true", "Privilege Escalation"),
    Fault(rules, PLAIN, "allowPrivilegeEscalation: false", "privileged: true", "Privileged Containers"),
    Fault(rules, PLAIN, "enableServiceLinks: false", "hostNetwork: true", "Host Namespaces"),
    Fault(rules, PLAIN, "enableServiceLinks: false", "hostNetwork: true", "KEYWARD_PORT"),
    Fault(rules, PLAIN, "- containerPort: 8080", "- containerPort: 8080\n          hostPort: 8080", "Host Ports"),
    Fault(rules, PLAIN, "allowPrivilegeEscalation:", "procMount: Unmasked\n          was:", "/proc Mount Type"),
    Fault(rules, PLAIN, "secret:\n          defaultMode: 288\n          secretName: keyward-secrets",
          "hostPath: {path: /etc/secrets}", "Volume Types"),
    Fault(rules, PLAIN, "fsGroup: 10001", "sysctls: [{name: net.ipv4.ip_local_port_range}]", "Sysctls"),
    Fault(rules, PLAIN, "automountServiceAccountToken: false\n      containers:", "containers:", "gets a token"),
    Fault(rules, PLAIN, "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 5", "drains"),
    Fault(rules, PLAIN, "replicas: 1", "replicas: 2", "replicas is not 1"),
    Fault(rules, PLAIN, "egress: []", "egress: [{}]", "calls nobody"),
    Fault(rules, PLAIN, "  - Egress\n", "", "calls nobody"),
    Fault(rules, PLAIN, "- from:\n    - podSelector: {}\n    ports", "- ports", "lets in everybody"),
    Fault(rules, PLAIN, "- podSelector: {}\n    ports", "- ipBlock: {cidr: 0.0.0.0/0}\n    ports", "lets in"),
    Fault(rules, PLAIN, "namespaceSelector:\n        matchLabels:\n          kubernetes.io/metadata.name: monitoring",
          "namespaceSelector: {}", "lets in everybody"),
    Fault(rules, PLAIN, "automountServiceAccountToken: false\nkind", "kind", "ServiceAccount keyward"),
    Fault(rules, AZURE, "driver: secrets-store.csi.k8s.io", "driver: secrets-store.csi.x-k8s.io", "driver is called"),
    Fault(rules, AZURE, "readOnly: true\n          volumeAttributes", "readOnly: false\n          volumeAttributes",
          "read-only volumes"),
    Fault(rules, AZURE, "name: azure-secrets\n          readOnly: true", "name: azure-secrets", "mount it readOnly"),
    Fault(rules, AZURE, "name: azure-secrets\n          readOnly: true",
          "name: azure-secrets\n          readOnly: true\n          subPath: client-secret", "never sees a change"),
    Fault(rules, CLIENTS, "mountPath: /etc/keyward-clients", "mountPath: /etc/keyward/clients", "no folder for it"),
    Fault(rules, PLAIN, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem"),
    Fault(rules, PLAIN, "startupProbe:", "startProbe:", "no startupProbe"),
    Fault(rules, PLAIN, "path: /livez", "path: /health", "no livenessProbe"),
    Fault(rules, PLAIN, "path: /readyz\n            port: ops\n          periodSeconds: 5",
          "path: /health\n            port: ops\n          periodSeconds: 5", "no readinessProbe"),
    Fault(rules, PLAIN, "/livez\n            port: ops", "/livez\n            port: http", "no livenessProbe"),
    Fault(rules, PLAIN, "limits:\n            memory: 256Mi", "limits: {}", "resources.limits.memory"),
    Fault(rules, PLAIN, "value: root-secret", "valueFrom: {secretKeyRef: {name: a, key: b}}", "in the environment"),
    Fault(rules, PLAIN, "kind: ServiceAccount", "kind: Secret", "belongs into no file"),
    Fault(rules, PLAIN, "/enforce: restricted", "/enforce: baseline", "does not enforce"),
    # Names, paths, ports and labels that are in two places.
    Fault(agreement, AZURE, "mountPath: /run/azure-secrets", "mountPath: /run/secrets", "no volume with secrets"),
    Fault(agreement, AZURE, '"roots": ["/run/azure-secrets"]', '"roots": ["/run/secrets"]', "nothing is mounted there"),
    Fault(agreement, AZURE, "objectAlias: client-secret", "objectAlias: password", "and no client-secret"),
    Fault(agreement, VAULT, "objectName: root-secret", "objectName: root", "and no root-secret"),
    Fault(agreement, AWS, "        objectAlias: client-secret\n", "", "keyward_client-secret"),
    Fault(agreement, GCP, "path: client-secret", "path: secret", "and no client-secret"),
    Fault(agreement, PLAIN, "secretName: keyward-secrets", "secretName: keyward", "does not create the Secret keyward"),
    Fault(agreement, PLAIN, "-secrets/client-secret", "-secrets/other-secret", "and no other-secret"),
    Fault(agreement, AZURE, "secretProviderClass: azure-secrets", "secretProviderClass: azure",
          "no SecretProviderClass"),
    Fault(agreement, PLAIN, "value: root-secret", "value: root", "KEYWARD_ROOT_SECRET=root"),
    Fault(agreement, PLAIN, "value: /etc/keyward/vault", "value: /etc/vault", "no ConfigMap"),
    Fault(agreement, PLAIN, "  vault-config.json: |", "  config.json: |", "no ConfigMap"),
    Fault(agreement, PLAIN, "value: /var/lib/keyward/store", "value: /data", "forgotten all Clients"),
    Fault(agreement, PLAIN, "value: 0.0.0.0", "value: 127.0.0.1", "outside the pod"),
    Fault(agreement, PLAIN, 'value: "8081"', 'value: "9090"', "keyward listens on 9090"),
    Fault(agreement, PLAIN, "targetPort: http", "targetPort: web", "port web is used"),
    Fault(agreement, PLAIN, "path: /livez\n            port: ops", "path: /livez\n            port: live", "port live"),
    Fault(agreement, PLAIN, "  selector:\n    app.kubernetes.io/name: keyward", "  selector:\n    app: keyward",
          "selects"),
    Fault(agreement, PLAIN, "serviceName: keyward-ops", "serviceName: pods", "no such Service"),
    Fault(agreement, PLAIN, "serviceAccountName: keyward", "serviceAccountName: pod", "no such ServiceAccount"),
    Fault(agreement, PLAIN, "namespace: keyward\n---", "namespace: default\n---", "not in the namespace"),
    Fault(agreement, PLAIN, "keyward-vault-config", "keyward-vault-config-2456789bcd", "it is followed"),
    Fault(agreement, CLIENTS, "name: keyward-clients-", "name: keyward-clients # ", "without a hash"),
    Fault(agreement, CLIENTS, "name: KEYWARD_INIT_BUNDLE\n          value: /etc/keyward-clients/clients.json",
          "name: KEYWARD_HOST\n          value: 0.0.0.0", "no variable names a file"),
    Fault(agreement, CLIENTS, "value: /etc/keyward-clients", "value: /etc/clients", "no ConfigMap"),
    Fault(agreement, CLIENTS, '"valueString": "client-secret"', '"valueString": "password"', "has no secret password"),
    # What only the program knows.
    Fault(program, AZURE, "image: keyward:0", "image: keyward:9", "the program is of version"),
    Fault(program, AZURE, "name: KEYWARD_OPS_PORT", "name: KEYWARD_OPSPORT", "KEYWARD_OPSPORT"),
    Fault(program, AZURE, '"resource_type": "Client", "id": "root"', '"type": "Client", "id": "root"', "scope"),
    Fault(program, AZURE, '"id": "basic"', '"id": "other"', "out-of-scope"),
    Fault(program, CLIENTS, '"method": "PUT"', '"method": "POST"', "init-bundle-faulty"),
    Fault(program, CLIENTS, '"method": "PUT"', '"method": "POST"', "keyward serve does not listen"),
    Fault(program, CLIENTS, '"valueString": "client-secret"', '"valueString": "root-secret"', "out-of-scope"),
    Fault(program, CLIENTS, '"grant_types": ["basic"]', '"grant_types": ["code"]', "gets 401 for its password"),
    # Who may read the files; only root can make them another's.
    *([] if os.geteuid() else [
        Fault(program, PLAIN, "defaultMode: 288", "defaultMode: 256", "file-unreadable"),
        Fault(program, PLAIN, "fsGroup: 10001", "fsGroupPolicy: none", "keyward store load"),
        Fault(program, AZURE, "objectAlias: client-secret",
              "objectAlias: client-secret\n          filePermission: '0440'", "file-unreadable"),
    ]),
    # The scanner, and an exception that has become needless.
    Fault(scan, PLAIN, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "CKV_K8S_22"),
    Fault(scan, PLAIN, "imagePullPolicy: IfNotPresent", "imagePullPolicy: Always", "CKV_K8S_15: an exception"),
]
