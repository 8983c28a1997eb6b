import Foundation

/// The ports that a process listens on, as the system tells them: for a server that does not say which it took. A port
/// that was looked for beforehand may be another's by the time the server asks for it.
enum ListeningPorts {
    /// In the order in which it began to listen, as far as its descriptors' numbers tell it; none when it is gone.
    static func of(_ pid: pid_t) -> [UInt16] {
        let folder = "/proc/\(pid)/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let links = names.compactMap { Int($0) }.sorted().compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
        }
        let ports = byLink(pid)
        return links.compactMap { ports[$0] }
    }

    /// From what a descriptor links to, `socket:[INODE]`, to the port, of every socket that listens (proc(5)).
    private static func byLink(_ pid: pid_t) -> [String: UInt16] {
        var ports: [String: UInt16] = [:]
        for table in ["tcp", "tcp6"] {
            let text = (try? String(contentsOfFile: "/proc/\(pid)/net/\(table)", encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n").dropFirst() {
                let words = line.split(separator: " ")
                // Address and port, state, inode.
                guard words.count > 9, words[3] == "0A", let port = words[1].split(separator: ":").last else {
                    continue
                }
                ports["socket:[\(words[9])]"] = UInt16(port, radix: 16)
            }
        }
        return ports
    }
}
