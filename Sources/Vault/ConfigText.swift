// What the texts of a vault config may be.

extension String {
    var isAbsolute: Bool { utf8.first == UInt8(ascii: "/") }

    var isResourceType: Bool { !isEmpty && utf8.allSatisfy(\.isASCIILetter) }

    /// FHIR R4, datatype `id`: `[A-Za-z0-9\-\.]{1,64}`.
    var isID: Bool {
        (1...64).contains(utf8.count)
            && utf8.allSatisfy {
                $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
            }
    }

    /// Names, joined by dots.
    var isElementPath: Bool {
        split(separator: ".", omittingEmptySubsequences: false).allSatisfy { name in
            !name.isEmpty
                && name.utf8.allSatisfy {
                    $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }
}

extension Duration {
    /// `90s`, `10m`, `24h`: a whole number and its unit, longer than nothing and no longer than
    /// `VaultConfig.longestOverlap`.
    init?(overlap text: String) {
        let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600]
        guard let unit = text.last.flatMap({ seconds[$0] }), text.dropLast().utf8.allSatisfy(\.isASCIIDigit),
            let number = Int64(text.dropLast()), number > 0, number <= 1_000_000_000
        else { return nil }
        self = .seconds(number * unit)
        if self > VaultConfig.longestOverlap { return nil }
    }
}

extension UInt8 {
    var isASCIILetter: Bool { self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z") }
    var isASCIIDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}
