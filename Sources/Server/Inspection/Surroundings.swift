package import Vault

/// What an inspection looks at besides the store: files, their rights, and the mounts they lie on.
package struct Surroundings: Sendable {
    package var files: any FileSystem
    package var attributes: any FileAttributeSource
    package var mounts: any MountSource

    /// This machine, unless told otherwise.
    package init(
        files: any FileSystem = PosixFiles(), attributes: any FileAttributeSource = PosixAttributes(),
        mounts: any MountSource = ProcMounts()
    ) {
        self.files = files
        self.attributes = attributes
        self.mounts = mounts
    }
}
