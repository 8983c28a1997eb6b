import JSON

/// A transaction Bundle of puts alone (R4, Bundle; RESTful API, transaction).
///
/// * Each entry has a `resource` that says its type and id, and a `request` with the method PUT and exactly these two
///   as its url: `Client/basic`.
/// * A fault is whatever would make something else of a put: another method, a condition (`ifMatch`, `ifNoneExist`, …)
///   or any other member of a request, `implicitRules` and `modifierExtension`, which nobody may pass over who does not
///   know them. So is a second entry of the same resource.
/// * All other members are passed over, `fullUrl` too: a put gives no new id, so no reference has to follow one.
package enum TransactionBundle {
    /// Reads the Bundle whole and makes of each of its resources, in their order, what `put` does.
    ///
    /// - Parameter maximumDepth: of arrays and objects in a resource; the Bundle has three levels more.
    /// - Throws: a fault of each entry that has any, what `put` says among them; or what is wrong with the whole.
    package static func read<Put>(
        _ bytes: Span<UInt8>, maximumDepth: Int, put: (Resource) throws(FHIRError) -> Put
    ) throws(TransactionFaults) -> [Put] {
        let entries: [JSONValue]
        do throws(TransactionFault) {
            entries = try self.entries(of: bytes, maximumDepth: maximumDepth + 3)
        } catch {
            throw TransactionFaults(faults: [error])
        }
        var puts: [Put] = []
        var faults: [TransactionFault] = []
        var places: [ResourceKey: Int] = [:]
        for (index, entry) in entries.enumerated() {
            let place = "Bundle.entry[\(index)]"
            do throws(TransactionFault) {
                let resource = try resource(of: entry, at: place)
                if let earlier = places.updateValue(index, forKey: resource.key) {
                    throw TransactionFault(
                        place, "\(resource.key.text) is put by Bundle.entry[\(earlier)] already; keep one of them")
                }
                puts.append(try at("\(place).resource") { () throws(FHIRError) in try put(resource) })
            } catch {
                faults.append(error)
            }
        }
        guard faults.isEmpty else { throw TransactionFaults(faults: faults) }
        return puts
    }

    private static func entries(of bytes: Span<UInt8>, maximumDepth: Int) throws(TransactionFault) -> [JSONValue] {
        let value: JSONValue
        do {
            value = try JSONValue.parse(bytes, maximumDepth: maximumDepth)
        } catch {
            throw TransactionFault("Bundle", "it is not JSON as RFC 8259 has it: \(error)")
        }
        guard let bundle = value.object, bundle["resourceType"] == "Bundle" else {
            throw TransactionFault("Bundle", "it is no JSON object with the resourceType \"Bundle\"; give a Bundle")
        }
        guard bundle["type"] == "transaction" else {
            throw TransactionFault("Bundle.type", "it is not \"transaction\"; give a Bundle of that type")
        }
        try refuseModifiers(of: bundle, at: "Bundle")
        guard let entries = bundle["entry"] else { return [] }
        guard let array = entries.array else {
            throw TransactionFault("Bundle.entry", "it is not an array; give one, or leave it out")
        }
        return array
    }

    private static func resource(of value: JSONValue, at place: String) throws(TransactionFault) -> Resource {
        guard let entry = value.object else {
            throw TransactionFault(place, "it is not an object; give one with a request and a resource")
        }
        try refuseModifiers(of: entry, at: place)
        guard let request = entry["request"]?.object else {
            throw TransactionFault(
                "\(place).request", "it is not there or no object; give one with the method PUT and the url Type/id")
        }
        guard request["method"] == "PUT" else {
            let method = request["method"]?.string?.quotedBriefly ?? "no string"
            throw TransactionFault(
                "\(place).request.method", "it is \(method); only PUT is taken, with the id in the url")
        }
        let known = ["method", "url", "id", "extension"]
        if let other = request.members.first(where: { !known.contains($0.name) }) {
            throw TransactionFault(
                "\(place).request",
                "the member \(other.name.quotedBriefly) is not taken; a put here has no conditions: "
                    + "leave it out")
        }
        guard let object = entry["resource"]?.object else {
            throw TransactionFault("\(place).resource", "it is not there or no object; give the resource to put")
        }
        let resource = try at("\(place).resource") { () throws(FHIRError) in try Resource(object) }
        guard request["url"] == .string(resource.key.text) else {
            let url = request["url"]?.string?.quotedBriefly ?? "no string"
            throw TransactionFault(
                "\(place).request.url", "it is \(url) but the resource is \(resource.key.text); make it exactly that")
        }
        return resource
    }

    /// - Throws: what changes the meaning of everything beside it (R4 extensibility, resource: implicitRules).
    private static func refuseModifiers(of object: JSONObject, at place: String) throws(TransactionFault) {
        for name in ["implicitRules", "modifierExtension"] where object[name] != nil {
            throw TransactionFault("\(place).\(name)", "it is not known here and may not be passed over; leave it out")
        }
    }

    private static func at<Value>(
        _ place: String, _ body: () throws(FHIRError) -> Value
    ) throws(TransactionFault) -> Value {
        do throws(FHIRError) {
            return try body()
        } catch {
            throw TransactionFault(place, "\(error)")
        }
    }
}

/// What is wrong at one place of a transaction Bundle.
package struct TransactionFault: Error, Equatable, CustomStringConvertible {
    /// A path in the Bundle, where entries count from 0: `Bundle.entry[3].request.method`.
    package let place: String
    /// What is wrong and what to do. No secret is quoted.
    package let reason: String

    init(_ place: String, _ reason: String) {
        self.place = place
        self.reason = reason
    }

    package var description: String { "\(place): \(reason)" }
}

/// What is wrong with a transaction Bundle, in the order of its entries; never empty.
package struct TransactionFaults: Error, Equatable {
    package let faults: [TransactionFault]
}
