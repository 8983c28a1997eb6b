internal import JSON
internal import Vault

/// The resources of an export of Aidbox: a Bundle of any type, or lines of one resource each (`$dump`, `$export`).
struct AidboxExport {
    /// What stands at a place: a resource, or why there is none.
    enum Item {
        case resource(JSONObject)
        case fault(String)
    }

    /// In their order, each with where it is: `Bundle.entry[3]`, `line 4`, or the resource that is alone.
    let items: [(place: String, item: Item)]

    /// The most bytes that the file may have.
    static let limit = 64 << 20

    init(_ path: String, files: any FileSystem) throws(InputFault) {
        let bytes = try InputFile(path: path, limit: Self.limit, files: files).bytes()
        items = bytes.withBytes { bytes in
            do throws(JSONError) {
                let whole = try JSONValue.parse(bytes, maximumDepth: JSONValue.nestingCeiling)
                guard let object = whole.object else {
                    return [("the export", .fault("it is no Bundle and no resource, nor one a line"))]
                }
                return object["resourceType"] == "Bundle"
                    ? Self.entries(of: object) : [("the resource", .resource(object))]
            } catch {
                let lines = Self.lines(of: bytes)
                // A Bundle over many lines that is broken at one place is not broken at each of them.
                guard case .fault = lines.first?.item else { return lines }
                return [("line \(error.line)", Self.fault(error))]
            }
        }
    }

    private static func entries(of bundle: JSONObject) -> [(place: String, item: Item)] {
        let links = bundle["link"]?.array ?? []
        let isPage = links.contains { $0.object?["relation"] == "next" }
        let more: [(place: String, item: Item)] =
            isPage ? [("Bundle.link", .fault("there is a next page, which is not in this file"))] : []
        guard let entry = bundle["entry"] else { return more }
        guard let entries = entry.array else { return [("Bundle.entry", .fault("it is not an array"))] }
        return entries.enumerated().map { index, entry in
            let resource = entry.object?["resource"]?.object
            return ("Bundle.entry[\(index)]", resource.map { .resource($0) } ?? .fault("it has no resource"))
        } + more
    }

    private static func lines(of bytes: Span<UInt8>) -> [(place: String, item: Item)] {
        var items: [(place: String, item: Item)] = []
        var (start, number) = (0, 0)
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
            number += 1
            if let item = item(in: bytes.extracting(start..<end)) { items.append(("line \(number)", item)) }
            start = end + 1
        }
        return items
    }

    /// Nothing where the line is blank.
    private static func item(in line: Span<UInt8>) -> Item? {
        do throws(JSONError) {
            let value = try JSONValue.parse(line, maximumDepth: JSONValue.nestingCeiling)
            return value.object.map { .resource($0) } ?? .fault("it is not a JSON object")
        } catch {
            if error.fault == .emptyText { return nil }
            return fault(error)
        }
    }

    private static func fault(_ error: JSONError) -> Item {
        .fault("it is no resource in JSON: column \(error.column): \(error.fault)")
    }
}
