import Foundation
import Testing
import Vault

@Suite struct FileAttributesTests {
    @Test(arguments: [
        (FileAttributes.Kind.file, 0o600, false), (.file, 0o664, false), (.file, 0o602, true), (.file, 0o1666, true),
        (.folder, 0o755, false), (.folder, 0o777, true), (.folder, 0o1777, false), (.link, 0o777, false),
    ]) func everybodyMayWriteButNotIntoAStickyFolder(kind: FileAttributes.Kind, mode: Int, isOpen: Bool) {
        #expect(FileAttributes(kind: kind, permissions: UInt32(mode)).isWorldWritable == isOpen)
    }

    @Test func theSystemTellsOfTheEntryItself() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("value".utf8, to: "file")
        try FileManager.default.setAttributes([.posixPermissions: 0o246], ofItemAtPath: file)
        let link = try folder.link("link", to: "file")
        try FileManager.default.linkItem(atPath: file, toPath: folder("second"))
        let source = PosixAttributes()
        #expect(
            try source.attributes(of: FilePath(file)) == FileAttributes(kind: .file, permissions: 0o246, links: 2))
        #expect(try source.attributes(of: FilePath(file)).isReadableByOwner == false)
        #expect(try source.attributes(of: FilePath(link)).kind == .link)
        #expect(try source.target(of: FilePath(link)) == "file")
        #expect(try source.attributes(of: FilePath(folder.path)).kind == .folder)
        #expect(throws: Errno(code: 2)) { try source.attributes(of: FilePath(folder("none"))) }
        #expect(!source.isReadOnly(FilePath(file)))
    }
}
