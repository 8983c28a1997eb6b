/// One request of a client and what must be answered. All of them, one after the other, are the one body that runs
/// against the router, over a live socket and over TLS.
package struct Turn: Sendable, CustomStringConvertible {
    /// `Client/basic`'s, which whoever runs this has put there.
    package enum Credentials: Sendable {
        case none, right, wrong
    }

    package let method: String
    package let target: String
    package let credentials: Credentials
    package let fields: [(name: String, value: String)]
    package let content: String?
    let status: Int
    /// What these fields of the response hold.
    let holding: [(name: String, text: String)]
    /// What the content holds; nothing where there must be none.
    let saying: String?

    package init(
        _ method: String, _ target: String, as credentials: Credentials = .right,
        _ fields: [(name: String, value: String)] = [], _ content: String? = nil, mustBe status: Int,
        holding: [(name: String, text: String)] = [], saying: String?
    ) {
        self.method = method
        self.target = target
        self.credentials = credentials
        self.fields = fields
        self.content = content
        self.status = status
        self.holding = holding
        self.saying = saying
    }

    package var description: String { "\(method) \(target): \(status)" }

    /// What is wrong with a response to it; nothing where it is what it must be.
    package func faults(status: Int, fields: [(name: String, value: String)], content: String) -> [String] {
        var faults = status == self.status ? [] : ["the status is \(status)"]
        for (name, text) in holding {
            let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
            if values.count != 1 || !values[0].contains(text) { faults.append("\(name) is \(values)") }
        }
        let isSaid = saying.map { content.contains($0) } ?? content.isEmpty
        return isSaid ? faults : faults + ["the content is \(content.prefix(300))"]
    }
}

extension Turn {
    private static let json = (name: "Content-Type", text: "application/fhir+json")

    private static func patient(_ family: String) -> String {
        #"{"resourceType":"Patient","id":"same","name":[{"family":"\#(family)"}],"multipleBirthInteger":2}"#
    }

    package static let all = [
        Turn("GET", "/fhir/Patient/same", mustBe: 404, holding: [json], saying: "not-found"),
        Turn(
            "PUT", "/fhir/Patient/same", [], patient("Chalmers"), mustBe: 201,
            holding: [json, ("ETag", #"W/"1""#), ("Location", "/fhir/Patient/same")], saying: "Chalmers"),
        Turn(
            "GET", "/fhir/Patient/same", mustBe: 200, holding: [json, ("ETag", #"W/"1""#), ("Last-Modified", " GMT")],
            saying: #""versionId":"1""#),
        Turn("HEAD", "/fhir/Patient/same", mustBe: 200, holding: [json, ("ETag", #"W/"1""#)], saying: nil),
        Turn(
            "GET", "/fhir/Patient/same", [("If-None-Match", #"W/"1""#)], mustBe: 304, holding: [("ETag", #"W/"1""#)],
            saying: nil),
        Turn("GET", "/fhir/Patient/s%61me", mustBe: 200, saying: "Chalmers"),
        Turn(
            "GET", "/fhir/Patient/same", [("X-Request-Id", "mine")], mustBe: 200,
            holding: [("X-Request-Id", "mine")], saying: "Chalmers"),
        Turn(
            "GET", "/fhir/Patient/same", as: .wrong, mustBe: 401, holding: [json, ("WWW-Authenticate", "Basic ")],
            saying: "OperationOutcome"),
        Turn(
            "GET", "/fhir/Patient/same", as: .none, mustBe: 401, holding: [json, ("WWW-Authenticate", "Basic ")],
            saying: "OperationOutcome"),
        Turn("GET", "/fhir/Client/basic", mustBe: 403, holding: [json], saying: "forbidden"),
        Turn("GET", "/fhir/Patient/same", [("Accept", "text/html")], mustBe: 406, saying: "application/fhir+json"),
        Turn(
            "PUT", "/fhir/Patient/same", [("If-Match", #"W/"7""#)], patient("Windsor"), mustBe: 412, holding: [json],
            saying: "conflict"),
        Turn("PUT", "/fhir/Patient/same", [], #"{"resourceType":"#, mustBe: 400, holding: [json], saying: "structure"),
        Turn(
            "PUT", "/fhir/Patient/same", [("Content-Type", "text/plain")], patient("Windsor"), mustBe: 415,
            saying: "not-supported"),
        Turn(
            "PUT", "/fhir/Patient/same", [], patient("Windsor"), mustBe: 200, holding: [("ETag", #"W/"2""#)],
            saying: "Windsor"),
        Turn("GET", "/fhir/Patient?_id=same", mustBe: 200, holding: [json], saying: "Windsor"),
        Turn(
            "POST", "/fhir/Patient/_search", [("Content-Type", "application/x-www-form-urlencoded")], "_id=same",
            mustBe: 200, saying: "searchset"),
        Turn(
            "PATCH", "/fhir/Patient/same", mustBe: 405, holding: [("Allow", "DELETE, GET, HEAD, PUT")],
            saying: "PATCH"),
        Turn("BREW", "/fhir/Patient/same", mustBe: 501, saying: "not-supported"),
        Turn("GET", "/nowhere", as: .none, mustBe: 404, saying: "not-found"),
        Turn("DELETE", "/fhir/Patient/same", mustBe: 204, saying: nil),
        Turn("GET", "/fhir/Patient/same", mustBe: 410, holding: [json], saying: "deleted"),
        Turn("GET", "/livez", as: .none, mustBe: 200, saying: ""),
    ]
}
