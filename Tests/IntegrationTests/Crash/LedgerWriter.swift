import Foundation

/// A client that writes its own five resources in turn and keeps the ledger: puts, conditional and not, deletes, and
/// conditions that do not hold.
struct LedgerWriter {
    let number: Int
    let ledger: Ledger
    let credentials: [(String, String)]

    /// Until the server is gone or the ledger is closed.
    ///
    /// - Throws: when the server answers what it may not.
    func write(to port: UInt16) throws {
        let http = HTTPClient(port: port)
        for step in ledger.answers... {
            let id = "w\(number)-\(step % 5)"
            let known = ledger.known(id)
            let isThere = known.content != nil
            let put = Ledger.State(version: known.version + 1, content: step)
            let deleted = Ledger.State(version: known.version + 1)
            let goesOn =
                switch (step % 9, isThere) {
                case (2, true): try send(id, deleted, [204]) { try http.delete($0, $1) }
                case (4, true): try send(id, put, [200], etag: known.version) { try http.put($0, body(id, step), $1) }
                case (6, true):
                    try send(id, nil, [412], etag: known.version + 7) { try http.put($0, body(id, step), $1) }
                case (_, true): try send(id, put, [200]) { try http.put($0, body(id, step), $1) }
                case (_, false): try send(id, put, [201]) { try http.put($0, body(id, step), $1) }
                }
            guard goesOn else { return }
        }
    }

    private func body(_ id: String, _ content: Int) -> String { Ledger.body(id, content) }

    /// Sends one request; false when there is nobody any more who would answer, or whose answer would count.
    private func send(
        _ id: String, _ next: Ledger.State?, _ expected: Set<Int>, etag: Int? = nil,
        _ request: (String, [(String, String)]) throws -> Answer
    ) throws -> Bool {
        guard ledger.begin(id, next ?? ledger.known(id)) else { return false }
        let condition = etag.map { [("If-Match", #"W/"\#($0)""#)] } ?? []
        guard let answer = try? request("/fhir/Patient/\(id)", credentials + condition) else { return false }
        guard expected.contains(answer.status) else {
            guard ledger.isOpen else { return false }
            throw HarnessFault("\(id): \(answer.status) is none of \(expected): \(answer.text)")
        }
        ledger.end(id, isDone: next != nil)
        return true
    }
}
