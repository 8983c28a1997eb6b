import Foundation
import Synchronization

/// What clients were told of resources that each has for its own, to be held against what a server says after it was
/// ended in the middle of their writes.
final class Ledger: Sendable {
    /// A resource at one moment; version 0 when it never was there.
    struct State: Equatable {
        var version = 0
        /// What tells one body from another; none when it is not there.
        var content: Int?
    }

    private struct Entry {
        var known = State()
        /// What it may be as well: a write that was sent and not answered.
        var doubt: State?
    }

    private struct Book {
        var entries: [String: Entry] = [:]
        var answers = 0
        var isOpen = true
    }

    private let book = Mutex(Book())

    /// Writes that were answered.
    var answers: Int { book.withLock { $0.answers } }

    /// From now on no answer counts, and no write begins, until `settle`.
    func close() { book.withLock { $0.isOpen = false } }

    var isOpen: Bool { book.withLock { $0.isOpen } }

    func known(_ id: String) -> State { book.withLock { $0.entries[id]?.known ?? State() } }

    /// Notes what a write that is about to be sent would make of the resource; false when none is to be sent any more.
    func begin(_ id: String, _ next: State) -> Bool {
        book.withLock { book in
            guard book.isOpen else { return false }
            book.entries[id, default: Entry()].doubt = next
            return true
        }
    }

    /// Notes that it was answered: the resource is as it was to become, or as it was before.
    func end(_ id: String, isDone: Bool) {
        book.withLock { book in
            guard book.isOpen, var entry = book.entries[id] else { return }
            if isDone { entry.known = entry.doubt ?? entry.known }
            entry.doubt = nil
            book.entries[id] = entry
            book.answers += 1
        }
    }

    /// Asks for each resource, says what is other than it may be, and takes what was found as known.
    func settle(_ http: HTTPClient, _ credentials: [(String, String)]) throws -> [String] {
        var wrongs: [String] = []
        for (id, entry) in book.withLock({ $0.entries }) {
            let answer = try http.get("/fhir/Patient/\(id)", credentials)
            let allowed = [entry.known] + (entry.doubt.map { [$0] } ?? [])
            let found = allowed.first { Self.fits($0, id, answer) }
            if found == nil { wrongs.append("\(id) may be \(allowed) and is \(answer.text.prefix(100))") }
            book.withLock { $0.entries[id] = Entry(known: found ?? entry.known) }
        }
        book.withLock { $0.isOpen = true }
        return wrongs
    }

    private static func fits(_ state: State, _ id: String, _ answer: Answer) -> Bool {
        guard let content = state.content else { return answer.status == (state.version == 0 ? 404 : 410) }
        let json = try? answer.json
        return answer.status == 200 && answer.version == state.version && json?["content"] as? Int == content
            && json?["pad"] as? String == pad(content)
    }

    static func body(_ id: String, _ content: Int) -> String {
        #"{"resourceType": "Patient", "id": "\#(id)", "content": \#(content), "pad": "\#(pad(content))"}"#
    }

    /// Of many lengths, some of several blocks of a disk, so that a body that is there in part shows.
    private static func pad(_ content: Int) -> String {
        String(repeating: "\(content) ", count: content * content % 1_700)
    }
}
