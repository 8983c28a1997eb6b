/// What holds for every input of one of Keyward's readers, whatever the bytes. The fuzzer looks for an input that
/// breaks it (`make fuzz`), and the tests hold it to the inputs that are kept.
package struct Invariant: Sendable, CustomStringConvertible {
    /// Also that of its folder of inputs.
    package let name: String
    private let rule: @Sendable ([UInt8]) throws(Broken) -> Void

    init(_ name: String, _ rule: @escaping @Sendable ([UInt8]) throws(Broken) -> Void) {
        self.name = name
        self.rule = rule
    }

    package static let all = [request, chunked, json, basic, vaultConfig, search, transaction]

    package init?(named name: String) {
        guard let known = Self.all.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    /// Fails where the input breaks the invariant. That a reader refuses the input is no failure.
    package func check(_ input: [UInt8]) throws(Broken) { try rule(input) }

    package var description: String { name }
}

/// An invariant does not hold; says what does not.
package struct Broken: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

func require(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws(Broken) {
    guard holds else { throw Broken(otherwise()) }
}

/// The value of `body`, which may not refuse: `what` says what it was to read.
func accepted<Value, Failure: Error>(_ what: String, _ body: () throws(Failure) -> Value) throws(Broken) -> Value {
    do throws(Failure) {
        return try body()
    } catch {
        throw Broken("\(what) is refused: \(error)")
    }
}

extension [UInt8] {
    /// For messages: ASCII as it is, all else in hexadecimal.
    var shown: String {
        map { (0x20..<0x7f).contains($0) ? "\(Unicode.Scalar($0))" : "\\x\(String($0, radix: 16))" }.joined()
    }

    func split(at cuts: [Int]) -> [[UInt8]] {
        let edges = [0] + cuts + [count]
        return zip(edges, edges.dropFirst()).map { Array(self[$0..<$1]) }
    }

    /// Ways in which a connection may deliver the bytes: byte by byte, line by line, with every line feed torn from its
    /// line, and in two at places that follow from the bytes themselves, so that an input always gives the same.
    var deliveries: [[[UInt8]]] {
        guard count > 1 else { return [] }
        let ends = indices.dropLast().filter { self[$0] == 0x0a }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in self { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let places = (0..<4).map { 1 + Int(hash >> (16 * $0) & 0xffff) % (count - 1) }
        return [map { [$0] }, split(at: ends.map { $0 + 1 }), split(at: ends.filter { $0 > 0 })]
            + places.map { split(at: [$0]) }
    }
}
