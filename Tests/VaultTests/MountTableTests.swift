import Testing

@testable import Vault

@Suite struct MountTableTests {
    /// As Linux 6.18 writes it, with the paths of a pod.
    static let table = MountTable(
        parsing: #"""
            27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
            60 27 0:60 / /run/secrets ro,relatime shared:7 master:1 - tmpfs tmpfs rw,size=64k
            61 27 0:61 /..2026_11_24_11_14_02.1/client-secret /run/single ro - tmpfs tmpfs rw
            62 27 0:61 /..2026_11_24_11_14_02.1/old//deleted /run/old ro - tmpfs tmpfs rw
            63 27 254:0 /a\040b\134c /run/sp\040ace rw - ext4 /dev/vda rw
            64 27 0:64 / /run/user fuse.none rw - fuse.sshfs host rw
            65 27 0:61 /..2026_11_24_11_14_02.1/sub /run/sub ro - tmpfs tmpfs rw
            not a line of it
            66 27 0:66 / /run/secrets rw - overlay overlay rw

            """#)

    @Test(arguments: [
        ("/etc/x", "/"), ("/run/single", "/run/single"), ("/run/secretsx", "/"), ("/run/secrets/a", "/run/secrets"),
        ("/run/sp ace/x", "/run/sp ace"),
    ]) func aPathLiesOnTheMountNearestAboveIt(path: String, point: String) {
        #expect(Self.table.mount(holding: path)?.point == point)
    }

    @Test func ofTwoMountsAtOnePointTheLaterOneIsInSight() {
        #expect(Self.table.mounts.filter { $0.point == "/run/secrets" }.map(\.type) == ["tmpfs", "overlay"])
        #expect(Self.table.mount(holding: "/run/secrets/a")?.type == "overlay")
    }

    @Test func aDeletedRootAndEscapesAreRead() {
        let old = Self.table.mount(holding: "/run/old")
        #expect(old?.isDeleted == true && old?.root == "/..2026_11_24_11_14_02.1/old")
        #expect(Self.table.mount(holding: "/run/sp ace")?.root == #"/a b\c"#)
        #expect(Self.table.mounts.count == 8)
    }

    @Test func thisMachineHasATableWithARoot() throws {
        let table = try #require(ProcMounts().mounts())
        #expect(table.mount(holding: "/proc/self")?.type == "proc")
        #expect(table.mounts.contains { $0.point == "/" })
    }

    @Test func whereNoTableCanBeReadThereIsNone() {
        #expect(ProcMounts(files: ScriptedFiles()).mounts() == nil)
    }
}

@Suite struct FrozenMountTests {
    private let table = MountTableTests.table

    @Test(arguments: [
        ("/run/single", UInt64(1), FrozenMount.Reason.file, "/run/single"),
        ("/run/single", 0, .deleted, "/run/single"),
        ("/run/old", 0, .deleted, "/run/old"),
        ("/run/sub/a", 1, .generation, "/run/sub"),
        ("/run/secrets/a", 0, .deleted, "/run/secrets/a"),
    ]) func aMountThatHoldsOnToOneFileIsFrozen(path: String, links: UInt64, reason: FrozenMount.Reason, place: String) {
        let frozen = FrozenMount(of: path, links: links, in: table)
        #expect(frozen?.reason == reason)
        #expect(frozen?.place == place)
    }

    @Test(arguments: [("/etc/x", UInt64(1)), ("/run/secrets/a", 2), ("/run/user/a", 0)])
    func aWholeVolumeIsNot(path: String, links: UInt64) {
        #expect(FrozenMount(of: path, links: links, in: table) == nil)
    }

    @Test func withoutATableTheLinksTell() {
        #expect(FrozenMount(of: "/a", links: 0, in: nil)?.reason == .deleted)
        #expect(FrozenMount(of: "/a", links: 1, in: nil) == nil)
        #expect(FrozenMount(of: "/a", links: nil, in: nil) == nil)
    }
}
