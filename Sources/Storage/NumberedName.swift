/// Names of files with a number in them, in the order of their numbers: `base-000000000042.ndjson`.
struct NumberedName {
    let prefix: String

    private static let suffix = ".ndjson"
    private static let leastDigits = 12

    func name(_ number: Int) -> String {
        let digits = String(number)
        return prefix + String(repeating: "0", count: max(0, Self.leastDigits - digits.utf8.count)) + digits
            + Self.suffix
    }

    /// The number in a name; nil when it is not exactly the name of one.
    func number(in name: String) -> Int? {
        guard name.hasPrefix(prefix), name.hasSuffix(Self.suffix) else { return nil }
        let digits = name.dropFirst(prefix.utf8.count).dropLast(Self.suffix.utf8.count)
        guard digits.utf8.count <= Journal.digits, let number = Int(digits), number >= 0, name == self.name(number)
        else { return nil }
        return number
    }
}
