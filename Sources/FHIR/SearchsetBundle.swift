import JSON

/// The answer to a search: a Bundle of type searchset (R4, Bundle), put together from resources that are JSON already.
package struct SearchsetBundle: Sendable {
    package struct Entry: Sendable {
        package let fullURL: String
        /// A resource as compact JSON.
        package let resource: [UInt8]

        package init(fullURL: String, resource: [UInt8]) {
            self.fullURL = fullURL
            self.resource = resource
        }
    }

    package struct Link: Sendable {
        package let relation: String
        package let url: String

        package init(_ relation: String, _ url: String) {
            self.relation = relation
            self.url = url
        }
    }

    /// The number of all matches, on whatever page; nil when it was not counted.
    package var total: Int?
    package var links: [Link]
    package var matches: [Entry]
    /// What to say about the search itself; an entry with search mode `outcome`.
    package var outcome: OperationOutcome?

    package init(total: Int?, links: [Link], matches: [Entry], outcome: OperationOutcome? = nil) {
        self.total = total
        self.links = links
        self.matches = matches
        self.outcome = outcome
    }

    /// The resource as compact JSON. R4 admits no empty arrays, so what is empty is left out.
    package var serialized: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(matches.reduce(512) { $0 + $1.resource.count + $1.fullURL.utf8.count + 64 })
        Self.begin("searchset", total: total, links, in: &out)
        var opening = #","entry":[{"#
        for match in matches {
            out += opening.utf8
            out += #""fullUrl":"#.utf8
            match.fullURL.writeAsJSON(to: &out)
            out += #","resource":"#.utf8
            out += match.resource
            out += #","search":{"mode":"match"}}"#.utf8
            opening = ",{"
        }
        if let outcome {
            out += opening.utf8
            out += #""resource":"#.utf8
            outcome.json.write(to: &out)
            out += #","search":{"mode":"outcome"}}"#.utf8
            opening = ",{"
        }
        if opening == ",{" { out.append(UInt8(ascii: "]")) }
        out.append(UInt8(ascii: "}"))
        return out
    }

    /// Writes what a Bundle has before its entries.
    static func begin(_ type: String, total: Int?, _ links: [Link], in out: inout [UInt8]) {
        out += #"{"resourceType":"Bundle","type":"\#(type)""#.utf8
        if let total { out += #","total":\#(total)"#.utf8 }
        guard !links.isEmpty else { return }
        out += #","link":"#.utf8
        JSONValue.array(links.map { ["relation": .string($0.relation), "url": .string($0.url)] }).write(to: &out)
    }
}
