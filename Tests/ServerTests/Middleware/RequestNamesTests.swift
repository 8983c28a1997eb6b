import HTTP
import Testing

@testable import Server

@Suite struct RequestNamesTests {
    private let names = RequestNames(random: 0xab)

    @Test(arguments: [
        "a", "2f1c8a3e-9a50-4a0b-8a51-8a4e4f0e7a10", "Root=1-67891233-abcdef012345678912345678", "AZaz09-_.:/+=@",
        String(repeating: "x", count: 128),
    ])
    func aSaneNameIsKept(name: String) {
        #expect("\(names.name(for: Request(.get, "/", [(.xRequestID, name)])))" == name)
    }

    @Test(arguments: [
        "", " ", "two words", "a\tb", "a\"b", "a,b", "a\\b", "<script>", "{}", "é", "a;b", "\u{1b}[2J", "a%0ab",
        String(repeating: "x", count: 129),
    ])
    func anyOtherNameIsReplaced(name: String) {
        #expect("\(names.name(for: Request(.get, "/", [(.xRequestID, name)])))" == "00000000000000ab-1")
    }

    @Test func madeNamesDifferFromEachOtherAndFromThoseOfAnotherRun() {
        let other = RequestNames(random: .max)
        let all = (1...100).flatMap { _ in ["\(names.name(for: Request(.get, "/")))", "\(other.next())"] }
        #expect(Set(all).count == 200)
        #expect(all[1] == "ffffffffffffffff-1")
    }
}
