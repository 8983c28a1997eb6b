import Foundation
import Testing

/// A server whose every secret is marked, and all that it said and wrote while it was provoked.
final class LeakSite {
    let site: Site
    /// All that the server writes goes below it, and it is searched whole.
    private let written: TemporaryFolder
    private let elsewhere: TemporaryFolder
    private let isRooted: Bool
    private(set) var sinks = Sinks()
    private(set) var statuses: Set<Int> = []

    /// - Parameter isRooted: with a root secret; else in tutorial mode.
    init(_ arguments: [String] = [], isRooted: Bool = false) throws {
        written = try TemporaryFolder()
        elsewhere = try TemporaryFolder()
        self.isRooted = isRooted
        let outside = try elsewhere.write(Marker.gone("outside"), to: "outside")
        site = try Site(
            secrets: [
                "client-secret": Marker.gone("rotated"), "root-secret": Marker.inForce("root"),
                "nul": Marker.gone("nul") + "\0", "too-long": String(repeating: Marker.gone("too-long"), count: 5_000),
                "with-newline": Marker.inForce("a\nb"), "with-mark": "\u{feff}" + Marker.inForce("bom"),
            ],
            config: """
                \(Site.tutorialSecret), \(Site.rootSecret),
                "any": {"path": "VOLUME/client-secret", "scope": ["Client/no-grant", "Client/inactive"]},
                "missing": {"path": "VOLUME/missing", "scope": "Client"},
                "nul": {"path": "VOLUME/nul", "scope": "Client"},
                "too-long": {"path": "VOLUME/too-long", "scope": "Client"},
                "with-newline": {"path": "VOLUME/with-newline", "scope": "Client"},
                "with-mark": {"path": "VOLUME/with-mark", "scope": "Client"},
                "outside": {"path": "\(outside)", "scope": "Client"},
                "folder": {"path": "VOLUME", "scope": "Client"}
                """,
            arguments: [
                "--store", written.at("store"), "--audit-log", written.at("audit.ndjson"), "--port",
                "\(try ReservedPort.take())", "--ops-port", "\(try ReservedPort.take())",
                "--header-timeout", "500ms", "--body-timeout", "500ms",
            ] + (isRooted ? ["--root-secret", "root-secret"] : []) + arguments)
        for client in [
            ClientBody.text(), ClientBody.text("inactive", secret: "any", more: #", "active": false"#),
            ClientBody.text("no-grant", secret: "any", grants: #"["client_credentials"]"#),
            ClientBody.text("out-of-scope"), ClientBody.text("no-secret", secret: nil),
            ClientBody.text("unknown", secret: "no-such-secret"),
        ]
            + ["missing", "nul", "too-long", "with-newline", "with-mark", "outside", "folder"].map({
                ClientBody.text($0, secret: $0)
            })
        {
            try send(Provocation("POST", "/fhir/Client", manager, Array(client.utf8)))
            let id = client.components(separatedBy: #""id": ""#)[1].prefix { $0 != "\"" }
            try send(Provocation("PUT", "/fhir/Client/\(id)", manager, Array(client.utf8)))
        }
    }

    private var manager: [String] { isRooted ? [Provocation.credentials("root", Marker.inForce("root"))] : [] }

    /// The flags for a command that looks at the same things.
    var settings: [String] {
        ["--vault-config", site.folder.at("vault-config.json"), "--store", written.at("store")]
    }

    func send(_ provocation: Provocation) throws {
        let wire = try Wire(port: site.server.port)
        // A server that refuses what it has read of it may end the connection while the rest is sent.
        try? wire.send(provocation.bytes)
        _ = try wire.receiveToEnd()
        sinks.add("the response to \(provocation.name.prefix(60))", wire.received)
        if let status = Int(wire.text.dropFirst(9).prefix(3)) { statuses.insert(status) }
    }

    /// Everything, before a rotation and after it.
    func provoke() throws {
        for right in [Marker.gone("rotated"), Marker.inForce("new")] {
            try site.volume.swap(["client-secret": right])
            for one in Provocation.all(right: right, manager: manager) { try send(one) }
        }
    }

    /// Takes in what the server wrote beside its responses, and ends it.
    func finish() throws {
        let port = try #require(site.server.opsPort)
        for path in ["/metrics", "/livez", "/readyz", "/nowhere"] {
            let answer = try HTTPClient(port: port).get(path, HTTPClient.basic("basic", Marker.gone("ops")))
            guard (path == "/nowhere") == (answer.status == 404) else {
                throw HarnessFault("\(path) of the ops port: \(answer.status)")
            }
            sinks.add("the ops response of \(path)", answer.head + answer.text)
        }
        for file in ["cmdline", "environ"] {
            let bytes = FileManager.default.contents(atPath: "/proc/\(site.server.pid)/\(file)") ?? Data()
            sinks.add("/proc/PID/\(file)", Array(bytes))
        }
        _ = try site.server.terminate()
        sinks.add("standard error", site.server.log)
        sinks.add("standard output", site.server.standardOutput)
        sinks.add(filesBelow: written.path)
    }
}
