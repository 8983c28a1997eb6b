import FHIR
import JSON

extension Invariant {
    private static let depth = 8

    /// A transaction Bundle of puts. Accepted: there is a resource for each entry, in their order; by a plain look at
    /// the JSON each entry says PUT, its own resource's type and id, and no condition; no resource comes twice, and no
    /// system resource has a member called `secret`; spelt anew it is the same resources. Refused: at least one fault,
    /// in the order of the entries, each with its place and a few words.
    static let transaction = Invariant("transaction") { input throws(Broken) in
        let resources: [Resource]
        do throws(TransactionFaults) {
            resources = try read(input)
        } catch {
            return try check(error.faults)
        }
        let bundle = try? JSONValue.parse(input.span, maximumDepth: depth + 3)
        let entries = bundle?.object?["entry"]?.array ?? []
        try require(entries.count == resources.count, "\(resources.count) resources of \(entries.count) entries")
        try require(Set(resources.map(\.key)).count == resources.count, "a resource twice")
        for (entry, resource) in zip(entries, resources) { try check(resource, of: entry) }
        let again = try accepted("spelt anew it") { () throws(TransactionFaults) in
            try read(spelt(resources).serialized)
        }
        try require(again.map(\.object) == resources.map(\.object), "spelt anew it is other resources")
    }

    private static func read(_ bytes: [UInt8]) throws(TransactionFaults) -> [Resource] {
        try TransactionBundle.read(bytes.span, maximumDepth: depth) { resource throws(FHIRError) in
            try resource.checkContent()
            return resource
        }
    }

    private static func check(_ faults: [TransactionFault]) throws(Broken) {
        try require(!faults.isEmpty, "refused without a fault")
        for fault in faults {
            try require(fault.place.hasPrefix("Bundle") && fault.place.isOneLine, "the place \(fault.place)")
            try require(!fault.reason.isEmpty && fault.reason.utf8.count < 2_048, "the words \(fault.reason)")
        }
        let places = faults.map { Int($0.place.dropFirst("Bundle.entry[".count).prefix { $0 != "]" }) }
        try require(faults.count == 1 || !places.contains(nil), "several faults, and one of the whole")
        try require(zip(places, places.dropFirst()).allSatisfy { $0 ?? 0 < $1 ?? 0 }, "out of order: \(places)")
    }

    private static func check(_ resource: Resource, of entry: JSONValue) throws(Broken) {
        let request = entry.object?["request"]?.object
        try require(request?["method"] == "PUT", "\(resource.key.text) by another method")
        let names = request?.members.map(\.name) ?? []
        try require(names.allSatisfy { ["method", "url", "id", "extension"].contains($0) }, "a request of \(names)")
        let source = entry.object?["resource"]?.object
        try require(request?["url"]?.string == "\(resource.type.name)/\(resource.id.text)", "at another url")
        try require(source?["resourceType"]?.string == resource.type.name, "another type")
        try require(source?["id"]?.string == resource.id.text, "another id")
        try require(resource.type.kind != .system || !holdsSecret(.object(resource.object)), "a literal secret")
    }

    private static func holdsSecret(_ value: JSONValue) -> Bool {
        if let array = value.array { return array.contains(where: holdsSecret) }
        return value.object?.members.contains { $0.name == "secret" || holdsSecret($0.value) } ?? false
    }

    private static func spelt(_ resources: [Resource]) -> JSONValue {
        let entries: [JSONValue] = resources.map { resource in
            ["request": ["method": "PUT", "url": .string(resource.key.text)], "resource": .object(resource.object)]
        }
        return ["resourceType": "Bundle", "type": "transaction", "entry": .array(entries)]
    }
}
