internal import Telemetry
internal import Transport
internal import Vault

/// What is wrong with the files that TLS needs, now or within two weeks.
struct TLSExamination {
    /// How long before its end a certificate is reported, in seconds.
    static let notice: Int64 = 14 * 86_400

    private let names: Settings.TLS.Files
    private let files: TLSFiles
    private let paths: PathExamination
    private let disk: any FileSystem

    /// Nothing where TLS is off.
    init?(_ settings: Settings.TLS, files disk: any FileSystem, _ paths: PathExamination) {
        guard let names = settings.files else { return nil }
        self.names = names
        self.paths = paths
        self.disk = disk
        files = TLSFiles(names, isClientCertificateRequired: settings.requiresClientCertificate, files: disk)
    }

    /// - Parameter now: in seconds since 1970-01-01T00:00:00Z.
    func findings(at now: Int64) -> [Finding] {
        var findings: [Finding] = []
        do throws(TLSFault) {
            let loaded = try files.load(try Self.tickets(names))
            findings += lookAtValidity(loaded.context.validity, now)
        } catch {
            findings.append(Finding(error.code, error.what, at: error.path, remedy: error.remedy))
        }
        var causes = Causes()
        for (path, subject) in [(names.certificate, "the TLS certificate"), (names.privateKey, "the TLS key")]
            + (names.clientCA.map { [($0, "the authorities of clients")] } ?? [])
        {
            guard let way = way(to: path) else { continue }
            paths.noteRights(on: way, of: subject, in: &causes)
            if let frozen = paths.frozenMount(on: way) {
                causes.add(
                    frozen.reason == .deleted ? .staleMount : .frozenMount, frozen.what, at: frozen.place,
                    remedy: frozen.remedy, of: subject)
            }
        }
        return findings + lookAtKey() + causes.findings
    }

    private static func tickets(_ names: Settings.TLS.Files) throws(TLSFault) -> TLSTicketKeys {
        do throws(TLSCredentialFault) {
            return try TLSTicketKeys()
        } catch {
            throw TLSFault(error, of: names)
        }
    }

    private func lookAtValidity(_ validity: Range<Int64>, _ now: Int64) -> [Finding] {
        let end = WallTime.seconds(validity.upperBound).rfc3339
        if now < validity.lowerBound {
            let start = WallTime.seconds(validity.lowerBound).rfc3339
            return [
                Finding(
                    .tlsCertificateNotYetValid, "the certificate is valid from \(start) on: clients refuse it",
                    at: names.certificate,
                    remedy: "see whether this machine's clock is right (`date -u`), or deliver one that is valid now")
            ]
        }
        if validity.upperBound <= now {
            return [
                Finding(
                    .tlsCertificateExpired, "the certificate ended on \(end): clients refuse it",
                    at: names.certificate, remedy: "deliver a new one; it counts from the next connection")
            ]
        }
        guard validity.upperBound <= now + Self.notice else { return [] }
        return [
            Finding(
                .tlsCertificateExpiring, "the certificate ends on \(end)", at: names.certificate,
                remedy: "deliver a new one before that; it counts from the next connection")
        ]
    }

    private func lookAtKey() -> [Finding] {
        guard let way = way(to: names.privateKey), case .found(let path, let attributes) = way.end,
            attributes.kind == .file, attributes.permissions & 0o004 != 0
        else { return [] }
        let mode = "0" + String(attributes.permissions, radix: 8)
        return [
            Finding(
                .tlsKeyReadable, "everybody on this machine who may enter its folders may read the key (mode \(mode))",
                at: path, remedy: "take the right away: chmod o-r '\(path)', or defaultMode: 0440 in Kubernetes")
        ]
    }

    private func way(to path: String) -> FileWay? {
        if path.utf8.first == UInt8(ascii: "/") { return paths.way(to: path) }
        return (try? disk.realPath(of: FilePath("."))).map { paths.way(to: "\($0)/\(path)") }
    }
}
