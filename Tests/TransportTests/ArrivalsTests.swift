import Testing

@testable import Transport

struct ArrivalsTests {
    /// Says what it was given, and writes down what is done to it.
    private final class Talker: RestingConnection {
        let name: Int
        let waitsToAnswer: Bool
        let waitsToSend: Bool
        let diary: Diary

        init(_ name: Int, _ diary: Diary, waitsToAnswer: Bool = false, waitsToSend: Bool = false) {
            self.name = name
            self.diary = diary
            self.waitsToAnswer = waitsToAnswer
            self.waitsToSend = waitsToSend
        }

        func goOn(with bytes: consuming [UInt8], gathering output: inout [UInt8]) -> Bool {
            diary.lines.append("\(name) goes on")
            if !waitsToAnswer { output += bytes }
            return waitsToAnswer
        }

        func send(_ output: Span<UInt8>) -> Bool {
            diary.lines.append("\(name) sends \(output.count) of \(output.isEmpty ? 0 : output[0])")
            return waitsToSend
        }

        func finish() async {}
        func fail(_ error: TransportError) {}
    }

    private final class Diary {
        var lines: [String] = []
    }

    private let diary = Diary()

    @Test func whatAFewGatherIsSentBeforeTheNextGoOn() {
        var arrivals = Arrivals()
        for name in 0..<20 { arrivals.append(Talker(name, diary), with: [UInt8](repeating: UInt8(name), count: 3)) }
        arrivals.goOn { _ in Issue.record("nobody has to wait") }
        let first = (0..<16).map { "\($0) goes on" } + (0..<16).map { "\($0) sends 3 of \($0)" }
        let second = (16..<20).map { "\($0) goes on" } + (16..<20).map { "\($0) sends 3 of \($0)" }
        #expect(diary.lines == first + second)
        #expect(arrivals.isEmpty)
    }

    @Test func nobodyJoinsWhereMuchIsGathered() {
        var arrivals = Arrivals()
        for name in 1...2 { arrivals.append(Talker(name, diary), with: [UInt8](repeating: UInt8(name), count: 20_000)) }
        arrivals.goOn { _ in Issue.record("nobody has to wait") }
        #expect(diary.lines == ["1 goes on", "1 sends 20000 of 1", "2 goes on", "2 sends 20000 of 2"])
    }

    @Test func whoHasToWaitIsHandedOutAndNobodyElse() {
        var arrivals = Arrivals()
        arrivals.append(Talker(1, diary), with: [1])
        arrivals.append(Talker(2, diary, waitsToAnswer: true), with: [2])
        arrivals.append(Talker(3, diary, waitsToSend: true), with: [3])
        arrivals.append(Talker(4, diary), with: [4])
        var waiting: [Int] = []
        arrivals.goOn { waiting.append(($0 as? Talker)?.name ?? 0) }
        #expect(waiting == [2, 3])
        #expect(
            diary.lines == [
                "1 goes on", "2 goes on", "3 goes on", "4 goes on", "1 sends 1 of 1", "3 sends 1 of 3",
                "4 sends 1 of 4",
            ])
    }
}
