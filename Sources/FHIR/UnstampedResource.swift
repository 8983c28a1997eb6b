import JSON

/// A resource as compact JSON, with gaps for what the store sets when it commits: `meta.versionId` and
/// `meta.lastUpdated`. Most of the work needs neither, and so it is done before writers wait for one another.
package struct UnstampedResource: Sendable {
    private var text: [UInt8] = []
    /// Where in `text` the two belong, between their quotation marks.
    private var versionGap = 0
    private var timeGap = 0

    /// Members keep their order; new ones go behind their neighbours: `meta` behind `id`, and in it `lastUpdated`
    /// behind `versionId`.
    package init(_ resource: Resource) {
        var meta = resource.object["meta"]?.object ?? JSONObject()
        meta.insert("", for: "versionId", after: nil)
        meta.insert("", for: "lastUpdated", after: "versionId")
        var object = resource.object
        object.insert(.object(meta), for: "meta", after: "id")
        object.write(to: &text) { member, text in
            guard member.name == "meta" else { return member.value.write(to: &text) }
            meta.write(to: &text) { member, text in
                switch member.name {
                case "versionId": versionGap = text.count + 1
                case "lastUpdated": timeGap = text.count + 1
                default: return member.value.write(to: &text)
                }
                text += [UInt8](repeating: UInt8(ascii: "\""), count: 2)
            }
        }
    }

    /// Bytes, without what the gaps are filled with.
    package var count: Int { text.count }

    /// The resource as it is served.
    package func stamped(version: Int, lastUpdated: Instant) -> [UInt8] {
        let isVersionFirst = versionGap < timeGap
        let (first, second) = isVersionFirst ? (versionGap, timeGap) : (timeGap, versionGap)
        var stamped: [UInt8] = []
        stamped.reserveCapacity(text.count + Self.room)
        stamped += text[..<first]
        if isVersionFirst { stamped += String(version).utf8 } else { lastUpdated.append(to: &stamped) }
        stamped += text[first..<second]
        if isVersionFirst { lastUpdated.append(to: &stamped) } else { stamped += String(version).utf8 }
        stamped += text[second...]
        return stamped
    }

    /// Bytes of the longest version and a time.
    private static let room = 20 + 24
}
