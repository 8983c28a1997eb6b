import Foundation
import Testing
import Vault

/// `roots`: the file that a path finally resolves to lies below one of them, or it is not opened for its value.
@Suite struct RootsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.makeFolder("root/inner")
        try folder.makeFolder("root-evil")
        try folder.write("inside".utf8, to: "root/inner/secret")
        try folder.write("outside".utf8, to: "root-evil/secret")
        try folder.link("root/..data", to: "inner")
        try folder.link("root/secret", to: "..data/secret")
    }

    private func resolver(_ path: String, roots: [String]) -> SecretResolver {
        SecretResolver(path: folder(path), roots: roots)
    }

    @Test(arguments: ["root/inner/secret", "root/secret", "root/..data/secret", "root-evil/../root/secret"])
    func aChainThatEndsInsideIsFine(path: String) async {
        #expect(await resolver(path, roots: [folder("root")]).verdict(on: "inside") == .admitted)
    }

    @Test func aPathOutsideThatLeadsInsideIsFine() async throws {
        try folder.link("root-evil/way", to: "../root/secret")
        #expect(await resolver("root-evil/way", roots: [folder("root")]).verdict(on: "inside") == .admitted)
    }

    @Test func aChainThatLeavesTheRootIsRefused() async throws {
        try folder.link("root/way", to: "../root-evil/secret")
        let resolver = resolver("root/way", roots: [folder("root")])
        #expect(await resolver.verdict(on: "outside") == .failed("outside-roots"))
        let fault = await resolver.inspect().first?.fault
        #expect(fault == .outsideRoots(finalPath: folder("root-evil/secret")))
    }

    @Test(arguments: ["root-evil/secret", "root/../root-evil/secret", "root/inner/../../root-evil/secret"])
    func aSiblingWhoseNameBeginsAlikeIsRefused(path: String) async {
        #expect(await resolver(path, roots: [folder("root")]).verdict(on: "outside") == .failed("outside-roots"))
    }

    @Test func aRootThatIsALinkIsWhatItLeadsTo() async throws {
        try folder.link("door", to: "root")
        #expect(await resolver("root/secret", roots: [folder("door")]).verdict(on: "inside") == .admitted)
        #expect(await resolver("door/secret", roots: [folder("door")]).verdict(on: "inside") == .admitted)
        #expect(
            await resolver("root-evil/secret", roots: [folder("door")]).verdict(on: "x") == .failed("outside-roots"))
    }

    @Test func anyOfTheRootsSuffices() async {
        let roots = [folder("nowhere"), folder("root-evil"), folder("root")]
        #expect(await resolver("root/secret", roots: roots).verdict(on: "inside") == .admitted)
        #expect(await resolver("root/secret", roots: ["/"]).verdict(on: "inside") == .admitted)
        #expect(await resolver("root/secret", roots: [folder("root") + "/"]).verdict(on: "inside") == .admitted)
    }

    @Test func aRootThatIsMissingHoldsNothing() async {
        #expect(await resolver("root/secret", roots: [folder("nowhere")]).verdict(on: "x") == .failed("outside-roots"))
        #expect(await resolver("root/secret", roots: []).verdict(on: "x") == .failed("outside-roots"))
    }

    @Test func aRootThatIsTheFileItselfHoldsNothing() async {
        let roots = [folder("root/inner/secret")]
        #expect(await resolver("root/secret", roots: roots).verdict(on: "inside") == .failed("outside-roots"))
    }

    @Test func aSwapThatLeadsOutOfTheRootIsSeen() async throws {
        let resolver = resolver("root/secret", roots: [folder("root")])
        #expect(await resolver.verdict(on: "inside") == .admitted)
        try folder.remove("root/..data")
        try folder.link("root/..data", to: "../root-evil")
        #expect(await resolver.verdict(on: "outside") == .failed("outside-roots"))
        try folder.remove("root/..data")
        try folder.link("root/..data", to: "inner")
        #expect(await resolver.verdict(on: "inside") == .admitted)
    }

    @Test func aFileWhoseFinalPathIsUnknownIsRefused() async {
        let files = ScriptedFiles(["/root/secret": "value"]) { call, _ throws(Errno) in
            if call.kind == .finalPath { throw .denied }
        }
        let resolver = SecretResolver(path: "/root/secret", roots: ["/root"], files: files)
        #expect(await resolver.verdict(on: "value") == .failed("file-unreadable"))
        #expect(files.count(.read) == 0)
    }
}
