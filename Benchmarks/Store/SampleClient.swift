import FHIR
import JSON
import Storage

/// Clients of a usual size, about 500 bytes as they are kept, each with a reference to a secret.
enum SampleClient {
    /// The one the benchmark's server authenticates.
    static let basic = "basic"

    /// An id as most servers make them, a UUID: the ids of numbers in a row are in no order.
    static func id(_ number: Int) -> String {
        guard number > 0 else { return basic }
        let digits = hexadecimal(scattered(UInt64(number))) + hexadecimal(scattered(~UInt64(number)))
        var id = ""
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { id.append("-") }
            id.append(digit)
        }
        return id
    }

    static func key(_ number: Int) throws -> ResourceKey {
        guard let id = LogicalID(id(number)) else { throw Wrong(what: "\(id(number)) is no id") }
        return ResourceKey(type: .client, id: id)
    }

    static func put(_ number: Int) throws -> Change {
        let text = """
            {"resourceType":"Client","id":"\(id(number))","active":true,"name":"Laboratory interface \(number)",\
            "grant_types":["basic"],"_secret":{"extension":[\
            {"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"masked"},\
            {"url":"http://health-samurai.io/fhir/secret-reference","valueString":"client-secret"}]},\
            "details":{"owner":"integration team","contact":"interfaces@hospital.example"}}
            """
        guard let object = try JSONValue.parse(text.utf8.span, maximumDepth: 8).object else {
            throw Wrong(what: "a sample is no object")
        }
        return try Change.put(try Resource(object))
    }

    /// Another number for each, and those of neighbours far apart (the finish of SplitMix64).
    private static func scattered(_ number: UInt64) -> UInt64 {
        var value = number &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    private static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What must not be, and makes what was measured worthless.
struct Wrong: Error { let what: String }
