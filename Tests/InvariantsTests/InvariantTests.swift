import Foundation
import Invariants
import Testing

/// An input that is kept: a seed of the fuzzer, or what it once found.
struct KeptInput: Sendable, CustomTestStringConvertible {
    let invariant: Invariant
    let file: URL

    var testDescription: String { "\(file.deletingLastPathComponent().path.suffix(40))/\(file.lastPathComponent)" }

    static let folders = ["corpus", "found"].map {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fuzz/\($0)")
    }

    static func all() throws -> [KeptInput] {
        try folders.flatMap { folder in
            try names(in: folder).flatMap { name in
                let invariant = try #require(Invariant(named: name), "no invariant is called \(name)")
                let inputs = folder.appendingPathComponent(name)
                return try names(in: inputs).map {
                    KeptInput(invariant: invariant, file: inputs.appendingPathComponent($0))
                }
            }
        }
    }

    private static func names(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}

/// The invariants that the fuzzer tries to break, held to the inputs that are kept below `Fuzz/`.
@Suite struct InvariantTests {
    @Test func everyInvariantHasSeeds() throws {
        let seeded = Set(try KeptInput.all().map(\.invariant.name))
        #expect(seeded == Set(Invariant.all.map(\.name)))
    }

    @Test(arguments: try KeptInput.all())
    func everyKeptInputKeepsItsInvariant(input: KeptInput) throws {
        try input.invariant.check([UInt8](Data(contentsOf: input.file)))
    }
}
