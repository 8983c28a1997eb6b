/// A piece of code that is not written in this house, where it is not, and what is written instead.
struct Phrase {
    let text: String
    /// Folders in which it is banned; all of them when empty.
    var areas: Set<String> = []
    /// Beginnings of paths where it is allowed all the same.
    var except: [String] = []
    let remedy: String

    static let house =
        [
            Phrase(text: "try!", remedy: "handle the error, or make it impossible"),
            Phrase(text: "as!", remedy: "use a pattern or `as?`, and say what to do when it is something else"),
            Phrase(text: "fatalError(", remedy: "throw, or use a type in which the case cannot be"),
            Phrase(
                text: "print(", areas: ["Sources"], remedy: "log it, or write it to the output that init was handed"),
            Phrase(text: "public", areas: ["Sources"], remedy: "what crosses a room's door is `package`"),
            Phrase(
                text: "nonisolated(unsafe)",
                except: [
                    "Sources/Vault/SecretBytes.swift",  // one owner; written by init and deinit alone
                    "Sources/Transport/TLS/TLSContext.swift",  // set up by init; OpenSSL shares it
                ],
                remedy: "hold it in a `Mutex` or an atomic"),
            Phrase(
                text: "@unchecked Sendable", except: ["Sources/Transport/EventLoop"],
                remedy: "only the event loop argues for itself; hold the state in a `Mutex` or an atomic"),
        ] + pointers

    /// Types that let code read where the compiler does not watch. The rooms that call the system have them, and nobody
    /// else; a file elsewhere that needs one is named here, with the reason.
    private static let pointers = [
        "UnsafePointer", "UnsafeMutablePointer", "UnsafeRawPointer", "UnsafeMutableRawPointer", "UnsafeBufferPointer",
        "UnsafeMutableBufferPointer", "UnsafeRawBufferPointer", "UnsafeMutableRawBufferPointer", "OpaquePointer",
        "Unmanaged",
    ].map {
        Phrase(
            text: $0, areas: ["Sources"],
            except: [
                "Sources/Transport/",  // sockets
                "Sources/Vault/",  // files, libcrypto
                "Sources/Storage/",  // files, zlib
                "Sources/HTTP/Coding/Gzip",  // zlib's streams, which may not move in memory
                "Sources/Telemetry/LineSink.swift",  // the rest of a line that was written in part
            ],
            remedy: "pass a Span, or move the call to a room that may have pointers (Transport, Vault, Storage)")
    }

    func findings(in file: SourceFile) -> [Finding] {
        guard areas.isEmpty || areas.contains(file.area), !except.contains(where: file.path.hasPrefix) else {
            return []
        }
        return file.text.code.enumerated().compactMap { index, line in
            line.count(ofPhrase: text) > 0 ? file.finding(index, "`\(text)`: \(remedy)") : nil
        }
    }
}
