internal import JSON

/// A coding of an audit event: a code of some system, with the words that the system has for it.
package struct AuditCode: Sendable {
    private let system: String
    private let code: String
    private let display: String?

    /// The system of the codes that neither FHIR, DICOM nor IHE has.
    static let ownSystem = "http://keyward.dev/fhir/audit-event"

    private init(_ system: String, _ code: String, _ display: String?) {
        self.system = system
        self.code = code
        self.display = display
    }

    /// One of our own.
    package static func own(_ code: String) -> AuditCode { AuditCode(ownSystem, code, nil) }

    /// DICOM's controlled terminology (PS3.16 annex D), of which R4 takes the codes of security events.
    private static func dicom(_ code: String, _ display: String) -> AuditCode {
        AuditCode("http://dicom.nema.org/resources/ontology/DCM", code, display)
    }

    private static func terminology(_ system: String, _ code: String, _ display: String) -> AuditCode {
        AuditCode("http://terminology.hl7.org/CodeSystem/\(system)", code, display)
    }

    // Types of event, and what more there is to say of them.
    package static let restfulOperation = terminology("audit-event-type", "rest", "Restful Operation")
    package static let userAuthentication = dicom("110114", "User Authentication")
    package static let login = dicom("110122", "Login")
    package static let securityAlert = dicom("110113", "Security Alert")
    package static let securityConfiguration = dicom("110129", "Security Configuration")
    package static let auditRecordingStopped = dicom("110133", "Audit Recording Stopped")

    static func restful(_ interaction: AuditEvent.Interaction) -> AuditCode {
        AuditCode("http://hl7.org/fhir/restful-interaction", interaction.rawValue, interaction.rawValue)
    }

    // Parts that agents play.
    static let application = dicom("110150", "Application")
    static let sourceRole = dicom("110153", "Source Role ID")
    static let destinationRole = dicom("110152", "Destination Role ID")
    static let custodian = terminology("provenance-participant-type", "custodian", "Custodian")

    // What recorded it, and what it was about.
    static let applicationServer = terminology("security-source-type", "4", "Application Server")
    static let systemObject = terminology("audit-entity-type", "2", "System Object")
    static let domainResource = terminology("object-role", "4", "Domain Resource")
    static let securityResource = terminology("object-role", "13", "Security Resource")
    static let requestID = AuditCode(
        "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId", nil)

    /// The `Coding`.
    var json: JSONValue {
        var object = JSONObject()
        object["system"] = .string(system)
        object["code"] = .string(code)
        if let display { object["display"] = .string(display) }
        return .object(object)
    }
}
