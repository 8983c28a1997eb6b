import Testing

@testable import Vault

@Suite struct SecretBytesTests {
    @Test(arguments: [
        ("", "", true), ("a", "a", true), ("a", "b", false), ("secret", "secret ", false), ("secret ", "secret", false),
        ("secret", "", false), ("", "secret", false), ("secret", "secreT", false), ("secret", "Secret", false),
        ("a\u{0}b", "a\u{0}b", true), ("a\u{0}b", "a\u{0}c", false),
        // The same to a reader, not the same bytes.
        ("\u{e9}", "e\u{301}", false),
    ])
    func matchesTheSameBytesAndNothingElse(secret: String, presented: String, same: Bool) {
        let secret = SecretBytes(copying: Array(secret.utf8).span)
        let presented = SecretBytes(copying: Array(presented.utf8).span)
        let matches = secret.matches(presented)
        #expect(matches == same)
    }

    @Test func takingBytesLeavesTheArrayEmpty() {
        var password = Array("password".utf8)
        let taken = SecretBytes(taking: &password)
        let matches = taken.matches(SecretBytes(copying: Array("password".utf8).span))
        #expect(matches)
        #expect(password.isEmpty)
    }

    @Test func holdsNoMoreThanWasFilledIn() {
        let bytes = SecretBytes(capacity: 100) { output in
            output.append(UInt8(ascii: "a"))
            output.append(UInt8(ascii: "b"))
        }
        let matches = bytes.matches(SecretBytes(copying: Array("ab".utf8).span))
        #expect(bytes.count == 2)
        #expect(matches)
    }

    @Test func passesOnWhatFillingThrows() {
        #expect(throws: Errno.inputOutput) {
            _ = try SecretBytes(capacity: 8) { _ throws(Errno) in throw .inputOutput }
        }
    }
}

/// `SecretBytes` itself cannot be printed: that does not compile. What holds one can, so here is all of it.
@Suite struct LeakTests {
    private static let marker = "marked-value-7f3a"

    private func everyForm(of value: Any) -> String {
        var dumped = ""
        dump(value, to: &dumped)
        func reflect(_ mirror: Mirror) -> String {
            mirror.children.map { "\($0.label ?? "") \($0.value) " + reflect(Mirror(reflecting: $0.value)) }.joined()
        }
        let mirror = Mirror(reflecting: value)
        return [
            String(describing: value), String(reflecting: value), "\(value)", dumped, reflect(mirror),
            reflect(mirror.superclassMirror ?? mirror),
        ].joined(separator: "\n")
    }

    /// Whether the marker is in `text`, be it as text or as the numbers that a printed array of bytes would be.
    private func isMarked(_ text: String) -> Bool {
        let numbers = Self.marker.utf8.prefix(6).map { String($0) }.joined(separator: " ")
        let numbersInText = text.split { !$0.isNumber }.joined(separator: " ")
        return text.contains(Self.marker) || numbersInText.contains(numbers)
    }

    @Test func theSearchFindsTheMarkerInWhatDoesLeak() {
        #expect(isMarked(everyForm(of: Self.marker)))
        #expect(isMarked(everyForm(of: Array(Self.marker.utf8))))
        var dumped = ""
        dump(Array(Self.marker.utf8), to: &dumped)
        #expect(isMarked(dumped))
    }

    @Test func aHeldSecretHasNoPrintedForm() {
        let bytes = Array(Self.marker.utf8)
        let time = FileTime(seconds: 1, nanoseconds: 0)
        let identity = FileIdentity(device: 1, inode: 1, size: 1, modified: time, changed: time)
        let held = HeldSecret(
            SecretBytes(copying: bytes.span), digest: SecretDigest(of: bytes.span), identity: identity)
        #expect(!isMarked(everyForm(of: held)))
        #expect(!isMarked(everyForm(of: SecretFile.Outcome.value(held))))
        #expect(!isMarked(everyForm(of: SecretReader.Sight.seen(.value(held)))))
        #expect(!isMarked(everyForm(of: SecretReader.Sight.changed(held))))
        #expect(!isMarked(everyForm(of: [held] as [HeldSecret?])))
    }

    @Test func aResolverThatKeepsASecretHasNoPrintedForm() async {
        let files = ScriptedFiles(["/secret": Self.marker])
        let resolver = SecretResolver(path: "/secret", files: files)
        #expect(await resolver.verdict(on: Self.marker) == .admitted)
        #expect(await resolver.verdict(on: Self.marker) == .admitted)
        #expect(files.count(.open) == 1, "the value is kept, so there is something to leak")
        let printed = everyForm(of: resolver)
        #expect(printed.contains("client-secret"), "reflection reached the resolver")
        #expect(!isMarked(printed))
        let statuses = everyForm(of: await resolver.inspect())
        #expect(!isMarked(statuses))
    }

    @Test func noErrorCarriesAValue() async {
        let contents = ["\u{0}\(Self.marker)", "", "null", String(repeating: Self.marker, count: 5_000)]
        for content in contents {
            let resolver = SecretResolver(path: "/secret", files: ScriptedFiles(["/secret": content]))
            let presented = SecretBytes(copying: Array(Self.marker.utf8).span)
            do {
                _ = try await resolver.admits(presented, as: SecretName("client-secret"), for: .basic)
                Issue.record("'\(content.prefix(10))' is no secret")
            } catch {
                #expect(!isMarked(everyForm(of: error) + error.description))
            }
        }
    }
}
