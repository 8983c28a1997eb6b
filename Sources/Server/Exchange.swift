internal import Access
internal import FHIR
internal import HTTP

/// One request on its way through the house, and what was found out about it so far.
final class Exchange {
    let request: Request
    let id: RequestName
    /// Where the request goes; nothing before it was routed, or where it cannot be.
    var route: Route?
    /// The resource type and logical id that the path names, as far as it does.
    var type: ResourceType?
    var instance: LogicalID?
    /// The path goes on behind a type: the request is for an instance, even where no id can be like that.
    var isForInstance = false
    /// The number of the version that the path names, as far as it does.
    var version: Int?
    /// Who the request acts for, once that is known.
    var principal: Principal?

    init(_ request: consuming Request, id: RequestName) {
        self.request = request
        self.id = id
    }

    /// The path is that of the versions of an instance.
    var isForHistory: Bool { route?.pattern.hasSuffix("/_history") == true }
    /// The path is that of one of them, even where none can be like that.
    var isForVersion: Bool { route?.pattern.hasSuffix("{vid}") == true }

    var routeName: String { route?.pattern ?? Self.unrouted }

    /// The base of the URLs in a response, as the client addressed it.
    var base: String {
        "\(request.tls == nil ? "http" : "https")://\(request.head.fields[.host] ?? "localhost")/fhir"
    }
}
