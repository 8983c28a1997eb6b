import Foundation
import Glibc

/// A way in which a secret's file comes to hold another value, and what counts then.
enum SwapKind: String, CaseIterable, Sendable {
    case dataLink, rename, inPlace, backToOlder, sameBytes, linkChain, deletion, previousPath, versions

    static func value(_ number: Int) -> String { "value-\(String(100_000 + number))" }

    /// The value in the state after this swap; nothing where there is none.
    func value(at number: Int) -> String? {
        switch self {
        case .backToOlder: Self.value(number % 3)
        case .sameBytes: Self.value(number / 3)
        case .deletion: number.isMultiple(of: 2) ? Self.value(number) : nil
        default: Self.value(number)
        }
    }

    /// How many swaps there are to one that brings another value.
    var swapsPerChange: Int {
        switch self {
        case .sameBytes: 3
        case .deletion: 2
        default: 1
        }
    }

    var overlaps: Bool { self == .previousPath || self == .versions }

    func counts(_ password: String, at number: Int) -> Bool {
        password == value(at: number) || overlaps && password == value(at: number - 1)
    }

    /// What the clients present, by how many swaps ago it was the value. Each is to be met with one answer.
    var ages: [Int] { overlaps ? [0, 1, 1, 2] : [0, 0, 1] }

    /// The files of the state after this swap.
    func files(at number: Int) -> [String: String] {
        let value = value(at: number) ?? ""
        return switch self {
        case .previousPath: ["client-secret": value, "previous": Self.value(number - 1)]
        case .versions: ["client-secret/0": value, "client-secret/1": Self.value(number - 1)]
        default: ["client-secret": value]
        }
    }

    /// The member of the vault config, in JSON, as the server sees the folder that holds the volume.
    func secret(in folder: String) -> String {
        let path = self == .linkChain ? "\(folder)/link-20" : "\(folder)/volume/client-secret"
        let older =
            switch self {
            case .previousPath: #", "previous_path": "\#(folder)/volume/previous", "overlap": "10m""#
            case .versions: #", "versions": 2, "overlap": "10m""#
            default: ""
            }
        return #""client-secret": {"path": "\#(path)"\#(older), "scope": "Client/basic"}"#
    }
}

/// The files of a storm, and the hand that changes them.
final class SwappedFiles {
    static let unchanged = "never-changes"

    let kind: SwapKind
    /// As the one who swaps sees it.
    private var folder: String
    private let volume: SecretVolume

    init(_ kind: SwapKind, in folder: String) throws {
        self.kind = kind
        self.folder = folder
        volume = try SecretVolume(
            at: "\(folder)/volume", kind.files(at: 0).merging(["other": Self.unchanged]) { $1 })
        if kind == .rename || kind == .deletion {
            // A plain file in the place of the link.
            try replace(with: SwapKind.value(0))
        }
        if kind == .linkChain {
            for link in 1...20 {
                let target = link == 1 ? "volume/client-secret" : "link-\(link - 1)"
                try Self.call("symlink", unsafe symlink(target, "\(folder)/link-\(link)"))
            }
        }
    }

    /// The same files seen from elsewhere.
    func move(to folder: String) {
        self.folder = folder
        volume.path = "\(folder)/volume"
    }

    /// Makes the swap of this number; `moment` is handed the change and makes it.
    func swap(_ number: Int, at moment: (() throws -> Void) throws -> Void) throws {
        switch kind {
        case .rename: try replace(with: SwapKind.value(number), at: moment)
        case .inPlace: try moment { try volume.overwriteUnseen("client-secret", with: SwapKind.value(number)) }
        case .deletion where kind.value(at: number) == nil:
            try moment { try Self.call("unlink", unsafe unlink(volume.at("client-secret"))) }
        case .deletion: try replace(with: SwapKind.value(number), at: moment)
        default: try volume.swap(kind.files(at: number), at: moment)
        }
    }

    private func replace(with value: String, at moment: (() throws -> Void) throws -> Void = { try $0() }) throws {
        let new = "\(folder)/new"
        try Data(value.utf8).write(to: URL(fileURLWithPath: new))
        try moment { try Self.call("rename", unsafe Glibc.rename(new, volume.at("client-secret"))) }
    }

    private static func call(_ name: String, _ result: Int32) throws {
        guard result == 0 else { throw HarnessFault("\(name): \(unsafe String(cString: strerror(errno)))") }
    }
}
