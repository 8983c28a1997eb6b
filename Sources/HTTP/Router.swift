/// Finds the route of a path. Patterns are literal segments and `{parameters}`; the first one that matches decides, so
/// literals are listed before parameters.
package struct Router: Sendable {
    package enum Match: Sendable, Equatable {
        /// The place of the route in the list, and that of the method in the route's.
        case found(route: Int, method: Int)
        /// The path is known; `allow` is the value of the `Allow` field.
        case methodNotAllowed(allow: String)
        case notFound
        /// A percent sign of the path is not followed by two hexadecimal digits, or what it makes is not UTF-8.
        case undecodable
    }

    private struct Route: Sendable {
        /// The pattern's bytes; in place of each parameter there is a brace.
        let pattern: [UInt8]
        /// How many slashes there are in it, and so in all paths that go its way.
        let depth: Int
        let methods: [Method]
    }

    private static let brace = UInt8(ascii: "{")

    private let routes: [Route]

    package init(_ routes: [(pattern: String, methods: [Method])]) {
        self.routes = routes.map { pattern, methods in
            let segments = pattern.split(separator: "/", omittingEmptySubsequences: false)
            let short = segments.map { $0.hasPrefix("{") ? "{" : $0 }.joined(separator: "/")
            return Route(pattern: Array(short.utf8), depth: segments.count - 1, methods: methods)
        }
    }

    /// The route of a request's path and method.
    package func match(_ head: RequestHead, parameter: (Span<UInt8>) -> Void) -> Match {
        head.withPath { match(head.method, $0, parameter: parameter) }
    }

    /// Hands what the parameters of the pattern stand for to `parameter`, one after the other, where the path is known.
    package func match(_ method: Method, _ path: Span<UInt8>, parameter: (Span<UInt8>) -> Void) -> Match {
        guard path.firstIndex(of: .percent) != nil else { return matchDecoded(method, path, parameter) }
        guard let decoded = Self.decodePercent(path) else { return .undecodable }
        // A slash that was encoded would be taken for one that separates; no segment here holds any.
        guard decoded.span.count(of: .slash) == path.count(of: .slash) else { return .notFound }
        return matchDecoded(method, decoded.span, parameter)
    }

    private func matchDecoded(_ method: Method, _ path: Span<UInt8>, _ parameter: (Span<UInt8>) -> Void) -> Match {
        let depth = path.count(of: .slash)
        var parameters = Parameters()
        for index in routes.indices where routes[index].depth == depth {
            guard Self.walk(path, along: routes[index].pattern, &parameters) else { continue }
            for number in 0..<parameters.count { parameter(path.extracting(parameters.places[number])) }
            let methods = routes[index].methods
            // GET serves HEAD too (RFC 9110 §9.3.2).
            guard let place = methods.firstIndex(of: method == .head ? .get : method) else {
                return .methodNotAllowed(allow: Self.allow(methods))
            }
            return .found(route: index, method: place)
        }
        return .notFound
    }

    /// Where the parameters of a pattern are in a path.
    private struct Parameters {
        var places = InlineArray<4, Range<Int>>(repeating: 0..<0)
        var count = 0
    }

    /// Goes along a path the way of the pattern; answers whether it leads to the path's end. No parameter is empty, and
    /// none holds a slash.
    private static func walk(
        _ path: Span<UInt8>, along pattern: [UInt8], _ parameters: inout Parameters
    ) -> Bool {
        parameters.count = 0
        var index = 0
        for byte in pattern {
            if byte == brace {
                let start = index
                while index < path.count, path[index] != .slash { index += 1 }
                guard index > start else { return false }
                parameters.places[parameters.count] = start..<index
                parameters.count += 1
            } else {
                guard index < path.count, path[index] == byte else { return false }
                index += 1
            }
        }
        return index == path.count
    }

    /// The value of an `Allow` field for these methods, and HEAD where there is GET.
    package static func allow(_ methods: [Method]) -> String {
        let names = methods.map(\.text) + (methods.contains(.get) ? [Method.head.text] : [])
        return names.sorted().joined(separator: ", ")
    }

    /// Nothing where it is not well-formed, or not UTF-8 once decoded (RFC 3986 §2.1).
    private static func decodePercent(_ text: Span<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        var index = 0
        while index < text.count {
            var byte = text[index]
            if byte == .percent {
                guard index + 2 < text.count, let high = text[index + 1].hexadecimal,
                    let low = text[index + 2].hexadecimal
                else { return nil }
                byte = high << 4 | low
                index += 2
            }
            decoded.append(byte)
            index += 1
        }
        return String(validating: decoded, as: UTF8.self) == nil ? nil : decoded
    }
}
