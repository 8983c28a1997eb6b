import HTTP
import JSON
import Logging
import Server
import Storage
import Telemetry

// The table of all settings.
extension Setting {
    static let host = Setting(
        "host", "address", default: "127.0.0.1",
        "The address to listen on; any other than loopback needs a root secret."
    ) { text, settings in settings.server.host = text }

    static let port = Setting(
        "port", aliases: ["BOX_WEB_PORT"], "port", default: "8080",
        "The port to listen on; 0 takes any free one, which the log line `listening` names."
    ) { text, settings throws(BadValue) in settings.server.port = try UInt16(port: text) }

    static let opsPort = Setting(
        "ops-port", aliases: ["BOX_METRICS_PORT"], "port", otherwise: "none, no second listener",
        "The port of a second listener on the same address, for /metrics, /livez and /readyz."
    ) { text, settings throws(BadValue) in settings.server.opsPort = try UInt16(port: text) }

    static let vaultConfig = Setting(
        "vault-config", aliases: ["AIDBOX_VAULT_CONFIG", "BOX_VAULT_CONFIG"], "path",
        otherwise: "none, every secret reference stays unresolved",
        "The vault config, a JSON file that names the secrets, their files and who may use them."
    ) { text, settings in settings.server.vaultConfig = text }

    static let initBundle = Setting(
        "init-bundle", aliases: ["BOX_INIT_BUNDLE"], "path",
        "A transaction Bundle of PUT entries, by its path or file:// URL, that is applied as one at every start."
    ) { text, settings throws(BadValue) in settings.server.initBundle = try String(pathOrFileURL: text) }

    static let store = Setting(
        "store", "place", default: "./data",
        "Where resources are kept: a folder, which is created when needed, or memory: to forget them at exit."
    ) { text, settings throws(BadValue) in settings.server.store = try Settings.StoreLocation(text) }

    static let storeHistory = Setting(
        "store-history", "rule", default: "all",
        "Which versions of a resource a compaction of the store keeps: all, or the newest so many, from 1."
    ) { text, settings throws(BadValue) in
        do throws(HistoryRuleFault) {
            settings.server.storeHistory = try HistoryRule(text)
        } catch {
            throw BadValue("\(error)")
        }
    }

    static let rootSecret = Setting(
        "root-secret", "name", otherwise: "none, tutorial mode on loopback",
        "The name of the vault secret that is the password of root; its scope has to admit Client/root."
    ) { text, settings in settings.server.rootSecret = text }

    static let tlsCertificate = Setting(
        "tls-certificate", "path", otherwise: "none, plain HTTP",
        "The certificate of the main listener in PEM, with its chain; a new one counts from the next connection."
    ) { text, settings in settings.server.tls.certificate = text }

    static let tlsPrivateKey = Setting(
        "tls-private-key", "path",
        "The private key of the certificate in PEM, without a passphrase; both are given, or neither."
    ) { text, settings in settings.server.tls.privateKey = text }

    static let tlsClientCA = Setting(
        "tls-client-ca", "path", otherwise: "none, clients are asked for no certificates",
        "The authorities in PEM that certificates of clients must lead to; such a certificate is asked for and audited."
    ) { text, settings in settings.server.tls.clientCA = text }

    static let tlsClientAuth = Setting(
        "tls-client-auth", "choice", default: "optional",
        "Whether a client without a certificate is let in: optional or required; only with authorities of clients."
    ) { text, settings throws(BadValue) in
        guard let choice = ["optional": false, "required": true][text] else {
            throw BadValue("is no choice; give optional or required")
        }
        settings.server.tls.requiresClientCertificate = choice
    }

    static let auditLog = Setting(
        "audit-log", "place", default: "none",
        "Where audit events go, one FHIR AuditEvent in JSON a line: none, stdout, or a file, which SIGHUP opens anew."
    ) { text, settings throws(BadValue) in settings.server.auditLog = try Settings.AuditLocation(text) }

    static let logLevel = Setting(
        "log-level", "level", default: "info",
        "The least severe lines to log: trace, debug, info, notice, warning, error or critical."
    ) { text, settings throws(BadValue) in
        guard let level = Logger.Level(rawValue: text) else {
            throw BadValue("is no level; give trace, debug, info, notice, warning, error or critical")
        }
        settings.log.level = level
    }

    static let logFormat = Setting(
        "log-format", "format", otherwise: "text on a terminal, else json",
        "How log lines look on standard error: text or json."
    ) { text, settings throws(BadValue) in
        guard let format = LogFormat(rawValue: text) else { throw BadValue("is no format; give text or json") }
        settings.log.format = format
    }

    static let maxBody = size(
        "max-body", \.server.limits.body, default: "2MiB",
        "The most a request's body may have, as it arrives and unpacked (413 beyond it).")
    static let gzipMinSize = Setting(
        "gzip-min-size", "size", default: "1KiB",
        "The least content of a response that is compressed for a client that asks for gzip; none compresses nothing."
    ) { text, settings throws(BadValue) in
        settings.server.limits.gzipMinimum = try Int(sizeOrNone: text)
    }
    static let maxHeader = size(
        "max-header", \.server.limits.header, default: "32KiB",
        "The most a request line and its header fields may have together (431 beyond it).")
    static let maxTarget = size(
        "max-target", \.server.limits.target, default: "8KiB",
        "The most a request's target, its path and query, may have (414 beyond it).")
    static let maxFields = number(
        "max-fields", \.server.limits.fields, 1...10_000, default: "100",
        "The most fields a request's header, or the trailer of its body, may have (431 beyond it).")
    static let maxTrailer = size(
        "max-trailer", \.server.limits.trailer, default: "8KiB",
        "The most the fields after a chunked body may have together (431 beyond it).")
    static let maxChunkExtension = size(
        "max-chunk-extension", \.server.limits.chunkExtension, default: "1KiB",
        "The most the chunk extensions of a body may have together (400 beyond it).")
    static let maxNesting = number(
        "max-nesting", \.server.nesting, 1...JSONValue.nestingCeiling, default: "100",
        "How deep arrays and objects of a JSON body may nest (400 beyond it).")
    static let maxRequestsPerConnection = number(
        "max-requests-per-connection", \.server.limits.requestsOnOneConnection, 1...1_000_000_000, default: "100000",
        "The most requests one connection serves; the response to the last one closes it.")
    static let maxConnections = number(
        "max-connections", \.server.limits.connections, 1...1_000_000, default: "16384",
        "The most connections open at once, fewer where descriptors are; one more is closed when it is accepted.")
    static let maxConnectionsPerAddress = number(
        "max-connections-per-address", \.server.limits.connectionsFromOneAddress, 1...1_000_000,
        otherwise: "none, since a proxy is one address",
        "The most connections open at once from one address.")
    static let headerTimeout = timeout(
        "header-timeout", \.server.limits.headerTimeout, default: "10s",
        "How long a request's header may take from its first byte (408 beyond it), and a new connection to send one.")
    static let bodyTimeout = timeout(
        "body-timeout", \.server.limits.bodyTimeout, default: "30s",
        "How long a request's body may take beyond its time at --min-body-rate (408 beyond it).")
    static let minBodyRate = size(
        "min-body-rate", \.server.limits.minimumBodyRate, default: "1KiB",
        "The bytes a second that a body has to come with, once it has used up --body-timeout (408 below it).")
    static let idleTimeout = timeout(
        "idle-timeout", \.server.limits.idleTimeout, default: "75s",
        "How long a connection may rest between two requests before it is closed.")
    static let tlsHandshakeTimeout = timeout(
        "tls-handshake-timeout", \.server.limits.tlsHandshakeTimeout, default: "10s",
        "How long a new connection may take until TLS is spoken on it; then it is closed.")
    static let writeTimeout = timeout(
        "write-timeout", \.server.limits.writeTimeout, default: "30s",
        "How long a client may take to receive a response beyond its time at --min-write-rate before it is cut off.")
    static let minWriteRate = size(
        "min-write-rate", \.server.limits.minimumWriteRate, default: "16KiB",
        "The bytes a second that a client has to receive, once it has used up --write-timeout.")
    static let lingerTimeout = timeout(
        "linger-timeout", \.server.limits.lingerTimeout, default: "2s",
        "How long a client may take to close after its last response, before its connection is closed.")
    static let maxLinger = size(
        "max-linger", \.server.limits.linger, default: "8MiB",
        "The most that is read and thrown away meanwhile.")
    static let drainTimeout = timeout(
        "drain-timeout", \.server.limits.drainTimeout, default: "20s",
        "How long requests in flight may go on after the signal to stop.")
    static let eventLoops = number(
        "event-loops", \.server.eventLoops, 1...128, otherwise: "one a core",
        "How many event loops serve connections, each on a thread of its own.")

    /// In the order in which help and `Config/server.env` show them.
    static let all = [
        host, port, opsPort, vaultConfig, initBundle, store, storeHistory, rootSecret,
        tlsCertificate, tlsPrivateKey, tlsClientCA, tlsClientAuth, auditLog, logLevel, logFormat,
        maxBody, maxHeader, maxTarget, maxFields, maxTrailer, maxChunkExtension, maxNesting,
        maxRequestsPerConnection, maxConnections, maxConnectionsPerAddress, headerTimeout, bodyTimeout, minBodyRate,
        idleTimeout, tlsHandshakeTimeout, writeTimeout, minWriteRate, lingerTimeout, maxLinger, drainTimeout,
        eventLoops, gzipMinSize,
    ]
}
