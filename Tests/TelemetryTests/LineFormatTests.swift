import Foundation
import Logging
import Telemetry
import Testing

@Suite struct LineFormatTests {
    static let moment: @Sendable () -> WallTime = { .milliseconds(1_795_518_842_123) }

    func line(_ format: LogFormat, _ level: Logger.Level, _ message: String, _ fields: Logger.Metadata = [:]) -> String
    {
        String(decoding: LineFormat(format, now: Self.moment).line(level, message, fields), as: UTF8.self)
    }

    @Test func aTextLineHasTimeLevelMessageAndFieldsByName() {
        let text = line(
            .text, .info, "listening",
            ["port": .stringConvertible(8080), "host": "127.0.0.1", "why": "asked to", "no": ""])
        #expect(
            text == #"2026-11-24T11:14:02.123Z INFO listening host=127.0.0.1 no="" port=8080 why="asked to""# + "\n")
    }

    @Test func aJSONLineKeepsNumbersAndTruthValuesAndFlattensNames() {
        let text = line(
            .json, .warning, "denied",
            [
                "status": .stringConvertible(401), "again": .stringConvertible(true),
                "ratio": .stringConvertible(0.5), "odd": .stringConvertible(Double.nan),
                "peer": ["address": "::1", "port": .stringConvertible(UInt16(9))], "list": ["a", ["b"]],
            ])
        #expect(
            text == #"{"time":"2026-11-24T11:14:02.123Z","level":"warning","message":"denied","again":true,"#
                + #""list":["a",["b"]],"odd":"nan","peer.address":"::1","peer.port":9,"ratio":0.5,"status":401}"# + "\n"
        )
    }

    @Test func aFieldCannotReplaceAMemberOfTheRecordNorAppearTwice() throws {
        let text = line(.json, .info, "m", ["message": "x", "time": "y", "level": "z", "a.b": "1", "a": ["b": "2"]])
        #expect(text.contains(#""message":"m""#) && text.contains(#""message_":"x""#))
        #expect(text.contains(#""time_":"y""#) && text.contains(#""level_":"z""#))
        #expect(text.components(separatedBy: #""a.b""#).count == 2)
    }

    static let hostile = [
        "one\ntwo", "one\r\ntwo", "\u{1b}[2J", "nul\0", "\u{85}", "\u{2028}", "\u{2029}", "\u{202e}txt", "\u{7f}",
        #"" level=critical"#, #"back\slash"#, "tab\t", "a=b", "ümlaut 🔑", "\u{9b}31m", "\u{2066}", "\u{feff}", " ",
    ]

    @Test(arguments: hostile) func whateverAValueHoldsTheLineStaysOneAndReadsBack(value: String) throws {
        let json = line(.json, .error, value, [value: .string(value), "list": [.string(value)]])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["message"] as? String == value)
        #expect(object[value] as? String == value)
        #expect(object["list"] as? [String] == [value])

        let text = line(.text, .error, value, [value: .string(value)])
        for line in [json, text] {
            let scalars = line.unicodeScalars.dropLast()
            #expect(line.hasSuffix("\n"))
            #expect(!scalars.contains { $0.properties.generalCategory == .control })
            #expect(!scalars.contains { $0.properties.generalCategory == .format })
            #expect(!scalars.contains { "\u{2028}\u{2029}".unicodeScalars.contains($0) })
        }
    }

    @Test func aTextValueCannotPretendToBeAnotherField() {
        #expect(line(.text, .info, "m", ["a": "1 b=2"]).hasSuffix(#" m a="1 b=2""# + "\n"))
        #expect(line(.text, .info, "m", ["a b": #"x" c="y"#]).hasSuffix(#" m "a b"="x\" c=\"y""# + "\n"))
    }
}
