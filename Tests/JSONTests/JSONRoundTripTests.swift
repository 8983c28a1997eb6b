import JSON
import Testing

struct JSONRoundTripTests {
    @Test(arguments: [
        #"{"z":1.10,"a":{"y":[],"b":{}},"m":[null,true,false,-0.0e+00]}"#,
        #"["é","日本語","👩‍👩‍👧","e\u0301"]"#.replacing("\\u0301", with: "\u{301}"),
        #"["\"","\\","\b\f\n\r\t","\u0000\u001f","/","\#u{7F}","\#u{2028}"]"#,
        #""text""#, "null", "0",
    ])
    func aCompactTextComesBackToTheByte(_ text: String) throws {
        #expect(try written(parsed(text)) == text)
    }

    @Test func onlyNeededEscapesAreWritten() throws {
        #expect(try written(parsed(#""\/\u0041\u00e9\uD83D\uDE00\u0022\u005c\u0009\u000B""#)) == #""/Aé😀\"\\\t\u000b""#)
    }

    @Test func spaceBetweenTokensIsDropped() throws {
        #expect(try written(parsed("\r\n\t { \"a\" : [ 1 , 2 ] ,\n\"b\":{ } } ")) == #"{"a":[1,2],"b":{}}"#)
    }

    @Test(arguments: 1...40) func aRandomValueSurvivesWritingAndParsing(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let value = JSONValue.random(depth: 4, using: &random)
        let bytes = value.serialized
        let back = try JSONValue.parse(bytes.span, maximumDepth: 100)
        #expect(back == value)
        #expect(back.serialized == bytes)
    }

    /// Whatever the bytes, the parser answers; what it takes, it can write and take again.
    @Test(arguments: 1...40) func damagedTextIsRefusedOrRead(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let bytes = JSONValue.random(depth: 3, using: &random).serialized
        for _ in 0..<20 {
            var damaged = bytes
            damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            guard let value = try? JSONValue.parse(damaged.span, maximumDepth: 100) else { continue }
            let again = try JSONValue.parse(value.serialized.span, maximumDepth: 100)
            #expect(again == value)
        }
    }
}

/// A generator whose numbers follow from its seed (splitmix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension JSONValue {
    static func random(depth: Int, using random: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(JSONNumber(Int.random(in: .min ... .max, using: &random)))
        case 3, 4: return .string(text(using: &random))
        case 5:
            return .array(
                (0..<Int.random(in: 0...6, using: &random)).map { _ in .random(depth: depth - 1, using: &random) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                object[text(using: &random)] = .random(depth: depth - 1, using: &random)
            }
            return .object(object)
        }
    }

    private static func text(using random: inout SplitMix) -> String {
        let scalars = (0..<Int.random(in: 0...24, using: &random)).compactMap { _ in
            Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &random) ? 0x7F : 0x10FFFF), using: &random))
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
