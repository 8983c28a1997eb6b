internal import FHIR
internal import HTTP
internal import JSON

/// [capabilities](http://hl7.org/fhir/R4/http.html#capabilities): says what this server does, and nothing that it does
/// not. It is the same for everyone and made once.
struct Capabilities: Sendable {
    private let statement: [UInt8]

    init(version: String, started: Instant) {
        let interactions: JSONValue = .array(
            ["read", "vread", "update", "delete", "history-instance", "create", "search-type"].map {
                ["code": .string($0)]
            })
        let search: JSONValue = [
            ["name": "_id", "type": "token", "documentation": "Commas mean or; repeated, and."]
        ]
        let resources = ResourceType.all.map { type -> JSONValue in
            [
                "type": .string(type.name), "interaction": interactions, "versioning": "versioned",
                "readHistory": true, "updateCreate": true, "conditionalCreate": false,
                "conditionalRead": "not-match", "conditionalUpdate": false, "conditionalDelete": "not-supported",
                "searchParam": search,
            ]
        }
        let value: JSONValue = [
            "resourceType": "CapabilityStatement", "status": "active", "date": .string(started.text),
            "kind": "instance", "software": ["name": "Keyward", "version": .string(version)],
            "implementation": ["description": "Keyward, a FHIR server that never stores a secret"],
            "fhirVersion": "4.0.1", "format": ["application/fhir+json", "json"],
            "rest": [
                [
                    "mode": "server",
                    "security": [
                        "service": [
                            [
                                "coding": [
                                    [
                                        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                                        "code": "Basic",
                                    ]
                                ]
                            ]
                        ],
                        "description": "HTTP Basic (RFC 7617) with a Client's id and its secret.",
                    ],
                    "resource": .array(resources),
                ]
            ],
        ]
        self.statement = value.serialized
    }

    func respond(to exchange: Exchange) -> Response {
        Response(.ok, content: statement, type: fhirJSON)
    }
}
