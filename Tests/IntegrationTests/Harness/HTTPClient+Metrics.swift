extension HTTPClient {
    /// The samples of `/metrics` whose value is a whole number, by their name with its labels.
    func metrics() throws -> [String: Int] {
        let lines = try get("/metrics").text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            lines.compactMap { line in
                guard let blank = line.lastIndex(of: " "), let value = Int(line[line.index(after: blank)...]) else {
                    return nil
                }
                return (String(line[..<blank]), value)
            }, uniquingKeysWith: { $1 })
    }
}
