import Foundation
import Logging
import TLSClient
import Telemetry
import Testing
import Transport
import Vault

@testable import Server

@Suite final class TLSCredentialsTests {
    private let scratch: Scratch
    private let authority: TestAuthority
    private let log = LogBook()

    init() throws {
        scratch = try Scratch()
        authority = try TestAuthority()
        try write(try authority.issue("first", lasting: -10...1_000))
    }

    private var names: Settings.TLS.Files {
        Settings.TLS.Files(certificate: scratch("tls.crt"), privateKey: scratch("tls.key"), clientCA: nil)
    }

    private func write(_ pair: TestAuthority.Pair) throws {
        try write(certificate: pair)
        try write(key: pair)
    }

    private func write(certificate pair: TestAuthority.Pair) throws {
        try scratch.write(String(decoding: pair.certificate, as: UTF8.self), to: "tls.crt")
    }

    private func write(key pair: TestAuthority.Pair) throws {
        try scratch.write(String(decoding: pair.key, as: UTF8.self), to: "tls.key")
    }

    private func credentials(
        files: any FileSystem = PosixFiles(), now: @escaping @Sendable () -> Deadline = Deadline.now,
        pause: (Duration) -> Void = { _ in }
    ) throws(TLSFault) -> TLSCredentials {
        try TLSCredentials(
            TLSFiles(names, isClientCertificateRequired: false, files: files), MetricRegistry(), log.logger(), now: now,
            pause: pause)
    }

    @Test func unchangedFilesMakeOneContext() throws {
        let credentials = try credentials()
        // Files that have just been written are read again, since a change might not show.
        usleep(30_000)
        _ = credentials.context()
        #expect(credentials.context() === credentials.context())
        #expect(log.lines.isEmpty)
    }

    @Test func aFaultIsToldOfWhenTwoLooksHaveFoundIt() throws {
        let credentials = try credentials()
        let before = credentials.validity.upperBound
        let second = try authority.issue("second")
        try write(certificate: second)
        credentials.inspect()
        #expect(credentials.fault == nil, "the key may be about to come")
        try write(key: second)
        credentials.inspect()
        credentials.inspect()
        #expect(credentials.fault == nil)
        #expect(credentials.validity.upperBound > before)

        try write(certificate: authority.issue("third"))
        for _ in 0..<3 { credentials.inspect() }
        #expect(credentials.fault?.code == .tlsKeyMismatch)
        #expect(credentials.faultCodes(at: credentials.validity.lowerBound) == [.tlsKeyMismatch])
        #expect(log.lines.filter { $0.level == .error }.count == 1)
    }

    @Test func aCertificateThatIsNotValidIsACodeForHealth() throws {
        let credentials = try credentials()
        let validity = credentials.validity
        #expect(credentials.faultCodes(at: validity.lowerBound - 1) == [.tlsCertificateNotYetValid])
        #expect(credentials.faultCodes(at: validity.lowerBound) == [])
        #expect(credentials.faultCodes(at: validity.upperBound - 1) == [])
        #expect(credentials.faultCodes(at: validity.upperBound) == [.tlsCertificateExpired])
    }

    @Test func aStartWaitsForASwapThatIsUnderWay() throws {
        let second = try authority.issue("second")
        try write(certificate: second)
        let credentials = try credentials(pause: { _ in try? self.write(key: second) })
        #expect(credentials.fault == nil)
        try write(certificate: authority.issue("third"))
        var pauses = 0
        let fault = #expect(throws: TLSFault.self) { _ = try self.credentials(pause: { _ in pauses += 1 }) }
        #expect(fault?.code == .tlsKeyMismatch)
        #expect(pauses == TLSCredentials.startLooks - 1)
    }

    @Test func ticketKeysAreRenewed() throws {
        let clock = HandClock()
        let credentials = try credentials(now: clock.now)
        usleep(30_000)
        credentials.inspect()
        let first = credentials.context()
        clock.advance(.seconds(12 * 3_600 - 1))
        credentials.inspect()
        #expect(credentials.context() === first)
        clock.advance(.seconds(1))
        credentials.inspect()
        #expect(credentials.context() !== first)
        #expect(log.lines.isEmpty, "nothing that an operator has to know")
    }
}
