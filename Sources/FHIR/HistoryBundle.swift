import JSON

/// Versions of a resource: a Bundle of type history (R4, Bundle), put together from resources that are JSON already.
package struct HistoryBundle: Sendable {
    /// One version.
    package struct Entry: Sendable {
        package let key: ResourceKey
        package let version: Int
        package let lastUpdated: Instant
        /// The resource as compact JSON; nil when this version is a delete.
        package let resource: [UInt8]?
        /// The resource was not there before, so far as is known.
        package let isCreated: Bool

        package init(
            _ key: ResourceKey, version: Int, lastUpdated: Instant, resource: [UInt8]?, isCreated: Bool
        ) {
            self.key = key
            self.version = version
            self.lastUpdated = lastUpdated
            self.resource = resource
            self.isCreated = isCreated
        }

        /// A put is told as PUT also where it came by POST, which is not kept; to make it again gives the same.
        private var method: String { resource == nil ? "DELETE" : "PUT" }

        private var status: String { resource == nil ? "204" : isCreated ? "201" : "200" }

        fileprivate func write(to out: inout [UInt8], base: String) {
            out += #"{"fullUrl":"#.utf8
            // Of the resource and not of the version: else it would be another one's identity (R4, Bundle, bdl-8).
            "\(base)/\(key.text)".writeAsJSON(to: &out)
            if let resource {
                out += #","resource":"#.utf8
                out += resource
            }
            out += #","request":{"method":"\#(method)","url":"\#(key.text)"},"response":{"status":"\#(status)","#.utf8
            out += #""etag":"W/\"\#(version)\"","lastModified":"\#(lastUpdated.text)"}}"#.utf8
        }
    }

    /// The number of all versions that are kept, on whatever page; nil when it was not counted.
    package var total: Int?
    package var links: [SearchsetBundle.Link]
    /// The newest first.
    package var entries: [Entry]
    /// What full URLs begin with, without a slash at the end.
    package var base: String

    package init(total: Int?, links: [SearchsetBundle.Link], entries: [Entry], base: String) {
        self.total = total
        self.links = links
        self.entries = entries
        self.base = base
    }

    /// The resource as compact JSON. R4 admits no empty arrays, so what is empty is left out.
    package var serialized: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(entries.reduce(512) { $0 + ($1.resource?.count ?? 0) + base.utf8.count + 384 })
        SearchsetBundle.begin("history", total: total, links, in: &out)
        for (place, entry) in entries.enumerated() {
            out += (place == 0 ? #","entry":["# : ",").utf8
            entry.write(to: &out, base: base)
        }
        if !entries.isEmpty { out.append(UInt8(ascii: "]")) }
        out.append(UInt8(ascii: "}"))
        return out
    }
}
