import Foundation

/// A secret volume as kubelet and the Secrets Store CSI driver lay it out: `name` → `..data/name`, `..data` → a folder
/// of one generation. A swap writes a new folder, renames a new link over `..data`, and removes the old folder.
final class KubernetesVolume {
    let folder: TemporaryFolder
    private var generation = 0

    init(_ contents: [String: String], in parent: String = NSTemporaryDirectory()) throws {
        folder = try TemporaryFolder(in: parent)
        try swap(to: contents)
        for name in contents.keys { try folder.link(name, to: "..data/\(name)") }
    }

    func swap(to contents: [String: String]) throws {
        let old = "..generation-\(generation)"
        generation += 1
        let new = "..generation-\(generation)"
        try folder.makeFolder(new)
        for (name, text) in contents { try folder.write(text.utf8, to: "\(new)/\(name)") }
        try folder.link("..data_tmp", to: new)
        guard unsafe rename(folder("..data_tmp"), folder("..data")) == 0 else { throw POSIXError(.EIO) }
        if generation > 1 { try folder.remove(old) }
    }
}
