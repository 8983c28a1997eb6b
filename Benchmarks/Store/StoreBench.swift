import FHIR
import Glibc
import Storage

/// What the JSON file store costs, driven without a server.
///
///     store-bench fill FOLDER COUNT              commits so many Clients, 4,000 at once, and the benchmark's own
///     store-bench write FOLDER WRITERS SECONDS   commits from so many writers, each one Client after the other
///     store-bench open FOLDER                    opens it
///     store-bench look FOLDER COUNT              opens it, then looks so often at a resource, and at a page
///
/// Each prints one line of numbers with tabs between; `Benchmarks/store-costs` says what they are.
@main
struct StoreBench {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        switch (words.first, words.count) {
        case ("fill", 3): try await fill(words[1], count: try number(words[2]))
        case ("write", 4):
            try await write(words[1], writers: try number(words[2]), for: .seconds(try number(words[3])))
        case ("open", 2): try await measureOpening(words[1])
        case ("look", 3): try await look(words[1], count: try number(words[2]))
        default: throw Wrong(what: "see the head of StoreBench.swift for what it can do")
        }
    }

    private static func number(_ word: String) throws -> Int {
        guard let number = Int(word) else { throw Wrong(what: "\(word) is no number") }
        return number
    }

    /// Milliseconds of the system's clock.
    static func now() -> Instant {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    static func open(_ folder: String) throws -> JournalStore { try JournalStore.open(folder, clock: now).store }

    @inline(never)
    static func tell(_ numbers: Int...) {
        unsafe puts(numbers.map(String.init).joined(separator: "\t"))
    }

    private static func fill(_ folder: String, count: Int) async throws {
        let store = try open(folder)
        let window = 4_000
        for start in stride(from: 0, through: count, by: window) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in start..<min(count + 1, start + window) {
                    let change = try SampleClient.put(number)
                    group.addTask { _ = try await store.commit(change) }
                }
                try await group.waitForAll()
            }
        }
        tell(store.count(of: .client))
        await store.close()
    }

    /// Prints nanoseconds, the files' bytes, Clients, the process's KiB of resident memory, nanoseconds of all cores.
    private static func measureOpening(_ folder: String) async throws {
        let begin = ContinuousClock.now
        let store = try open(folder)
        let time = ContinuousClock.now - begin
        var busy = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &busy)
        let resident = try residentKiB()
        tell(
            Int(time / .nanoseconds(1)), try bytes(of: folder), store.count(of: .client), resident,
            busy.tv_sec * 1_000_000_000 + busy.tv_nsec)
        await store.close()
    }

    private static func residentKiB() throws -> Int {
        let status = try contents("/proc/self/status")
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let number = line.split(separator: " ").compactMap({ Int($0.filter(\.isNumber)) }).last
        else { throw Wrong(what: "no VmRSS") }
        return number
    }

    private static func contents(_ path: String) throws -> String {
        let file = try SystemDisk().open(path, for: .reading)
        return String(decoding: try file.read(upTo: 65_536, at: 0), as: UTF8.self)
    }

    /// Of all its files.
    private static func bytes(of folder: String) throws -> Int {
        try SystemDisk().names(in: folder).reduce(0) { sum, name in
            var status = stat()
            guard unsafe stat("\(folder)/\(name)", &status) == 0 else { throw Wrong(what: "no stat of \(name)") }
            return sum + Int(status.st_size)
        }
    }
}
