/// A mount that keeps showing what it showed at first, so that no rotation reaches the file: what Kubernetes makes of a
/// `subPath`, and Docker of a secret or config that is one file.
///
/// A bind mount holds on to a file or folder, not to its path. A volume rotates by a rename, after which the path leads
/// to another file; the mount stays with the old one.
package struct FrozenMount: Equatable, Sendable {
    package enum Reason: Sendable {
        /// The file alone is mounted.
        case file
        /// A folder of one generation of a volume is mounted.
        case generation
        /// What is mounted was deleted or replaced at its source: the rotation has been missed already.
        case deleted
    }

    package let reason: Reason
    /// The mount point, or the file where that is not known.
    package let place: String

    /// - Parameters:
    ///   - path: absolute and without links.
    ///   - links: how many names the file has; nothing for a file that is not there.
    ///   - table: without one the count of links is all there is to go by.
    package init?(of path: String, links: UInt64?, in table: MountTable?) {
        let mount = table?.mount(holding: path)
        if let mount, mount.isDeleted {
            (reason, place) = (.deleted, mount.point)
        } else if links == 0, mount?.countsLinks ?? true {
            (reason, place) = (.deleted, path)
        } else if let mount, mount.point == path {
            (reason, place) = (.file, path)
        } else if let mount, mount.isOfOneGeneration {
            (reason, place) = (.generation, mount.point)
        } else {
            return nil
        }
    }
}
