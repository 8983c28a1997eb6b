import JSON
import Testing

@testable import FHIR

@Suite struct AuditEventTests {
    private let server = AuditEvent.Server(host: "127.0.0.1", site: "pod-1")
    private let time = Instant(milliseconds: 1_700_000_000_123)
    private let requestor = AuditEvent.Requestor("Client/basic", at: "192.0.2.1")

    private func client(_ id: String = "basic") throws -> AuditEvent.Entity {
        .resource(ResourceKey(type: .client, id: try #require(LogicalID(id))))
    }

    private func restful(
        _ interaction: AuditEvent.Interaction, _ outcome: AuditEvent.Outcome = .success, because: String? = nil
    ) throws -> AuditEvent {
        AuditEvent(
            interaction, at: time, outcome, because: because, by: requestor, on: server, request: "r-1",
            resource: try client())
    }

    private func login(_ code: AuditCode, secret: AuditEvent.Entity? = nil) -> AuditEvent {
        AuditEvent(
            login: code, at: time, .minorFailure, because: "why", by: AuditEvent.Requestor(nil, at: "::1"),
            on: server, request: "r-1", secret: secret)
    }

    private func alert() -> AuditEvent {
        AuditEvent(
            alert: .securityConfiguration, .own("secret-rotated"), at: time, on: server,
            entities: [
                .secret("a\nb", [("changed", "now")]), .object("vault config", [("added", "x"), ("added", "y")]),
            ])
    }

    @Test func theSubjectOfTheRequestorsCertificateIsItsOtherName() throws {
        let event = AuditEvent(
            login: .own("secret-used"), at: time, .success, because: nil,
            by: AuditEvent.Requestor("Client/basic", at: "::1", certificate: "CN=ward 7"), on: server, request: "r-1",
            secret: nil)
        let agents = try #require(event.json.object?["agent"]?.array).compactMap(\.object)
        #expect(agents.map { $0["altId"]?.string } == ["CN=ward 7", nil])
        #expect(agents.map { $0["who"]?.object?["identifier"]?.object?["value"]?.string } == ["Client/basic", nil])
    }

    /// What R4 requires of an AuditEvent and its parts, and what it allows in them.
    private func check(_ event: AuditEvent) throws {
        let object = try #require(event.json.object)
        #expect(object["resourceType"] == "AuditEvent")
        let allowed: Set<String> = [
            "resourceType", "meta", "type", "subtype", "action", "recorded", "outcome", "outcomeDesc", "agent",
            "source", "entity",
        ]
        #expect(allowed.isSuperset(of: object.members.map(\.name)))
        func isCoding(_ value: JSONValue?) -> Bool {
            guard let coding = value?.object else { return false }
            return coding["system"]?.string?.isEmpty == false && coding["code"]?.string?.isEmpty == false
        }
        #expect(isCoding(object["type"]))
        #expect(try #require(object["subtype"]?.array).allSatisfy(isCoding))
        #expect(["C", "R", "U", "D", "E"].contains(object["action"]?.string))
        #expect(object["recorded"] == "2023-11-14T22:13:20.123Z")
        #expect(["0", "4", "8"].contains(object["outcome"]?.string))
        let agents = try #require(object["agent"]?.array).compactMap(\.object)
        #expect(!agents.isEmpty)
        #expect(agents.count { $0["requestor"] == true } <= 1)
        for agent in agents {
            #expect(agent["requestor"]?.bool != nil)
            #expect(isCoding(agent["type"]?.object?["coding"]?.array?.first))
            #expect(agent["who"]?.object != nil)
            #expect(agent["network"]?.object?["address"]?.string?.isEmpty == false)
        }
        let source = try #require(object["source"]?.object)
        #expect(source["observer"]?.object?["display"] == "keyward")
        #expect(source["site"] == "pod-1")
        for entity in (object["entity"]?.array ?? []).compactMap(\.object) {
            #expect(isCoding(entity["type"]))
            // sev-1: a name or a query. What identifies it is one of these here.
            #expect(entity["what"] != nil || entity["name"] != nil)
            for detail in entity["detail"]?.array ?? [] {
                #expect(detail.object?.members.map(\.name) == ["type", "valueString"])
            }
        }
    }

    @Test func everyKindHasWhatR4Requires() throws {
        for interaction in [AuditEvent.Interaction.read, .create, .update, .delete, .search] {
            try check(restful(interaction))
            try check(restful(interaction, .seriousFailure, because: "why"))
        }
        try check(login(.own("wrong-password"), secret: .secret("s")))
        try check(alert())
        try check(byItself(.success))
    }

    private func byItself(_ outcome: AuditEvent.Outcome) throws -> AuditEvent {
        AuditEvent(
            byItself: .update, at: time, outcome, because: "why", on: server, resource: try client())
    }

    @Test func aChangeOfTheServersOwnAccordNamesItOnBothSidesAndNoRequest() throws {
        let event = try #require(try byItself(.success).json.object)
        let agents = try #require(event["agent"]?.array).compactMap(\.object)
        #expect(agents.map { $0["who"] } == [["display": "keyward"], ["display": "keyward"]])
        #expect(agents.map { $0["requestor"]?.bool } == [true, false])
        #expect(event["entity"]?.array?.count == 1)
        #expect(event["meta"] == (try restful(.update).json.object?["meta"]))
        #expect(try byItself(.seriousFailure).json.object?["meta"] == nil)
    }

    @Test func anUpdateIsWrittenAsItsProfileWantsIt() throws {
        let dicom = #""system":"http://dicom.nema.org/resources/ontology/DCM""#
        let terminology = #""system":"http://terminology.hl7.org/CodeSystem"#
        #expect(
            String(decoding: try restful(.update).line, as: UTF8.self)
                == #"{"resourceType":"AuditEvent","meta":{"profile":["#
                + #""https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Update"]},"#
                + #""type":{\#(terminology)/audit-event-type","code":"rest","display":"Restful Operation"},"#
                + #""subtype":[{"system":"http://hl7.org/fhir/restful-interaction","code":"update","#
                + #""display":"update"}],"#
                + #""action":"U","recorded":"2023-11-14T22:13:20.123Z","outcome":"0","agent":["#
                + #"{"type":{"coding":[{\#(dicom),"code":"110153","display":"Source Role ID"}]},"#
                + #""who":{"identifier":{"value":"Client/basic"}},"requestor":true,"#
                + #""network":{"address":"192.0.2.1","type":"2"}},"#
                + #"{"type":{"coding":[{\#(dicom),"code":"110152","display":"Destination Role ID"}]},"#
                + #""who":{"display":"keyward"},"requestor":false,"network":{"address":"127.0.0.1","type":"2"}}],"#
                + #""source":{"site":"pod-1","observer":{"display":"keyward"},"#
                + #""type":[{\#(terminology)/security-source-type","code":"4","display":"Application Server"}]},"#
                + #""entity":[{"what":{"identifier":{"value":"r-1"}},"#
                + #""type":{"system":"https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType","#
                + #""code":"XrequestId"}},{"what":{"reference":"Client/basic"},"#
                + #""type":{\#(terminology)/audit-entity-type","code":"2","display":"System Object"},"#
                + #""role":{\#(terminology)/object-role","code":"4","display":"Domain Resource"}}]}"# + "\n")
    }

    @Test func onlyWhatSucceededClaimsAProfile() throws {
        for (interaction, name) in [
            (AuditEvent.Interaction.create, "Create"), (.update, "Update"), (.delete, "Delete"),
        ] {
            let profile = try restful(interaction).json.object?["meta"]?.object?["profile"]?.array?.first?.string
            #expect(profile?.hasSuffix("IHE.BasicAudit.\(name)") == true)
            #expect(try restful(interaction, .minorFailure).json.object?["meta"] == nil)
        }
        let roles = try #require(try restful(.delete).json.object?["agent"]?.array).map { agent in
            agent.object?["type"]?.object?["coding"]?.array?.first?.object?["code"]?.string
        }
        #expect(roles == ["110150", "custodian"], "a delete's profile has roles of its own")
    }

    @Test func aLoginNamesItsReasonLastAndNobodyItDoesNotKnow() throws {
        let object = try #require(login(.own("wrong-password")).json.object)
        let codes = object["subtype"]?.array?.map { $0.object?["code"]?.string }
        #expect(codes == ["110122", "wrong-password"])
        #expect(object["type"]?.object?["code"] == "110114")
        #expect(object["outcomeDesc"] == "why")
        #expect(object["agent"]?.array?.first?.object?["who"] == ["display": "unknown"])
        #expect(object["agent"]?.array?.first?.object?["network"] == ["address": "::1", "type": "2"])
    }

    @Test func aLineIsOneLine() throws {
        let line = alert().line
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1 && line.last == UInt8(ascii: "\n"))
        let parsed = try JSONValue.parse(line.span, maximumDepth: 10)
        let event = try #require(parsed.object)
        #expect(event["entity"]?.array?.first?.object?["name"] == "a\nb")
        #expect(event["entity"]?.array?.last?.object?["detail"]?.array?.count == 2)
    }

    @Test(arguments: [
        ("127.0.0.1", "2"), ("::1", "2"), ("localhost", "1"), ("pod-1.example", "1"), ("10.example", "1"),
    ])
    func anAddressIsToldFromAName(host: String, type: String) throws {
        let event = AuditEvent(
            alert: .securityConfiguration, .own("x"), at: time, on: AuditEvent.Server(host: host, site: "s"),
            entities: [])
        #expect(event.json.object?["agent"]?.array?.first?.object?["network"]?.object?["type"]?.string == type)
        #expect(event.json.object?["entity"] == nil, "an array in FHIR is never empty")
    }
}
