/// Finds the route of a path. Patterns are literal segments and `{parameters}`; the first one that matches decides, so
/// literals are listed before parameters.
package struct Router: Sendable {
    package enum Match: Sendable, Equatable {
        /// The place of the route in the list, that of the method in the route's, and what its parameters stand for.
        case found(route: Int, method: Int, parameters: [String])
        /// The path is known; `allow` is the value of the `Allow` field.
        case methodNotAllowed(allow: String, parameters: [String])
        case notFound
        /// A percent sign of the path is not followed by two hexadecimal digits, or what it makes is not UTF-8.
        case undecodable
    }

    private enum Segment: Sendable {
        case literal([UInt8])
        case parameter
    }

    private struct Route: Sendable {
        let segments: [Segment]
        let methods: [Method]
    }

    private let routes: [Route]

    package init(_ routes: [(pattern: String, methods: [Method])]) {
        self.routes = routes.map { pattern, methods in
            let segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            return Route(
                segments: segments.map { $0.hasPrefix("{") ? .parameter : .literal(Array($0.utf8)) }, methods: methods)
        }
    }

    package func match(_ method: Method, _ target: RequestTarget) -> Match {
        let path = target.path.utf8.span
        guard path.firstIndex(of: .percent) != nil else { return match(method, path) }
        guard let decoded = Self.decodePercent(path) else { return .undecodable }
        // A slash that was encoded would be taken for one that separates; no segment here holds any.
        guard decoded.count(where: { $0 == .slash }) == target.path.utf8.count(where: { $0 == .slash }) else {
            return .notFound
        }
        return match(method, decoded.span)
    }

    private func match(_ method: Method, _ path: Span<UInt8>) -> Match {
        var ends: InlineArray<8, Int> = .init(repeating: 0)
        var count = 0
        var start = 1
        while start <= path.count {
            // No pattern has so many segments.
            guard count < ends.count else { return .notFound }
            let end = path.firstIndex(of: .slash, from: start) ?? path.count
            ends[count] = end
            count += 1
            start = end + 1
        }
        for index in routes.indices where routes[index].segments.count == count {
            guard Self.matches(routes[index].segments, path, ends) else { continue }
            let methods = routes[index].methods
            // GET serves HEAD too (RFC 9110 §9.3.2).
            let parameters = Self.parameters(routes[index].segments, path, ends)
            guard let place = methods.firstIndex(of: method == .head ? .get : method) else {
                return .methodNotAllowed(allow: Self.allow(methods), parameters: parameters)
            }
            return .found(route: index, method: place, parameters: parameters)
        }
        return .notFound
    }

    /// The value of an `Allow` field for these methods, and HEAD where there is GET.
    package static func allow(_ methods: [Method]) -> String {
        let names = methods.map(\.text) + (methods.contains(.get) ? [Method.head.text] : [])
        return names.sorted().joined(separator: ", ")
    }

    /// `ends` tells where each segment of the path ends; the next one begins behind its slash.
    private static func matches(_ pattern: [Segment], _ path: Span<UInt8>, _ ends: InlineArray<8, Int>) -> Bool {
        var start = 1
        for index in pattern.indices {
            switch pattern[index] {
            case .literal(let literal): guard path.extracting(start..<ends[index]).equals(literal) else { return false }
            case .parameter: guard ends[index] > start else { return false }
            }
            start = ends[index] + 1
        }
        return true
    }

    private static func parameters(
        _ pattern: [Segment], _ path: Span<UInt8>, _ ends: InlineArray<8, Int>
    ) -> [String] {
        var parameters: [String] = []
        var start = 1
        for index in pattern.indices {
            if case .parameter = pattern[index] {
                parameters.append(String(copying: path.extracting(start..<ends[index])))
            }
            start = ends[index] + 1
        }
        return parameters
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
