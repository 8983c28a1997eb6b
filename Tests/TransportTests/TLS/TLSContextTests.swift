import TLSClient
import Testing

@testable import Transport

@Suite struct TLSContextTests {
    private let authority: TestAuthority
    private let pair: TestAuthority.Pair
    private var trusting: TLSClient.Options { TLSClient.Options(trusting: authority.certificate) }

    init() throws {
        authority = try TestAuthority()
        pair = try authority.issue("localhost")
    }

    // MARK: credentials

    @Test func aChainIsPresentedInItsOrder() throws {
        // The client trusts the authority of the chain's end alone; that the leaf's issuer comes along is up to the
        // server.
        let chain = TestAuthority.Pair(certificate: pair.certificate + authority.certificate, key: pair.key)
        #expect(try TLSDialogue(trusting, TLSContext(chain)).isDone)
    }

    @Test func keysOfRSAWorkToo() throws {
        let dialogue = try TLSDialogue(trusting, TLSContext(try authority.issue("rsa", isRSA: true)))
        #expect(dialogue.isDone)
        #expect(dialogue.client.serverName == "rsa")
    }

    @Test func itIsKnownWhenTheCertificateIsValid() throws {
        let before = try TLSContext(authority.issue("a", lasting: 0...1_000)).validity
        let after = try TLSContext(authority.issue("a", lasting: 2_000...5_000)).validity
        #expect((1_999...2_001).contains(after.lowerBound - before.lowerBound))
        #expect((3_999...4_001).contains(after.upperBound - before.upperBound))
        #expect(after.lowerBound > 1_790_000_000)
    }

    @Test func whatIsWrongWithCredentialsIsTold() throws {
        func fault(_ certificate: [UInt8], _ key: [UInt8], _ authorities: [UInt8]? = nil) throws -> TLSCredentialFault?
        {
            let clients = authorities.map { TLSContext.Clients(authorities: $0, isRequired: false) }
            return #expect(throws: TLSCredentialFault.self) {
                try TLSContext(TestAuthority.Pair(certificate: certificate, key: key), clients: clients)
            }
        }
        let other = try authority.issue("localhost")
        let rsa = try authority.issue("localhost", isRSA: true)
        let torn = Array(pair.certificate.prefix(300)) + Array("\n-----END CERTIFICATE-----\n".utf8)
        #expect(try fault([], pair.key) == .certificate("it holds no certificate in PEM"))
        #expect(try fault(pair.key, pair.key) == .certificate("it holds no certificate in PEM"))
        guard case .certificate = try fault(torn, pair.key) else { throw TLSCredentialFault.mismatch }
        guard case .certificate = try fault(pair.certificate + torn, pair.key) else {
            throw TLSCredentialFault.mismatch
        }
        #expect(
            try fault(pair.certificate, pair.certificate)
                == .key("it holds no private key in PEM that OpenSSL can read"))
        #expect(try fault(pair.certificate, TestAuthority.encrypted(pair.key)) == .encryptedKey)
        #expect(try fault(pair.certificate, other.key) == .mismatch)
        #expect(try fault(pair.certificate, rsa.key) == .mismatch)
        #expect(try fault(pair.certificate, pair.key, []) == .authorities("it holds no certificate in PEM"))
        guard case .authorities = try fault(pair.certificate, pair.key, torn) else { throw TLSCredentialFault.mismatch }
    }

    // MARK: resumption

    @Test(arguments: [TLSClient.version12, TLSClient.version13])
    func aSessionIsResumedAcrossASwapOfTheCertificate(version: Int32) throws {
        var options = trusting
        options.highest = version
        let tickets = try TLSTicketKeys()
        let first = try TLSDialogue(options, TLSContext(pair, tickets: tickets))
        #expect(!first.client.isResumed)
        let swapped = try TLSContext(authority.issue("swapped"), tickets: tickets)
        let second = try TLSDialogue(options, swapped, resuming: first.client.session)
        #expect(second.isDone)
        #expect(second.client.isResumed)
        #expect(second.server.isResumed)
        let others = try TLSDialogue(options, TLSContext(pair), resuming: first.client.session)
        #expect(others.isDone)
        #expect(!others.client.isResumed)
    }

    // MARK: certificates of clients

    private func clients(_ authority: TestAuthority, required: Bool = false) -> TLSContext.Clients {
        TLSContext.Clients(authorities: authority.certificate, isRequired: required)
    }

    @Test(arguments: [TLSClient.version12, TLSClient.version13])
    func aVerifiedClientIsKnownByItsSubjectWhenResumedToo(version: Int32) throws {
        var options = trusting
        options.highest = version
        options.pair = try authority.issue("Ünit #7, \"ward\"")
        let context = try TLSContext(pair, clients: clients(authority))
        let first = try TLSDialogue(options, context)
        // RFC 4514 §2: the most specific name first; a comma and a quotation mark are escaped.
        let subject = #"CN=Ünit #7\, \"ward\",O=Ward\, Ltd"#
        #expect(first.server.peer.certificateSubject == subject)
        let second = try TLSDialogue(options, context, resuming: first.client.session)
        #expect(second.client.isResumed)
        #expect(second.server.peer.certificateSubject == subject)
    }

    @Test func aClientWithoutACertificateIsFineUnlessOneIsRequired() throws {
        let optional = try TLSDialogue(trusting, TLSContext(pair, clients: clients(authority)))
        #expect(optional.isDone)
        #expect(optional.server.peer.certificateSubject == nil)
        let required = try TLSDialogue(trusting, TLSContext(pair, clients: clients(authority, required: true)))
        #expect(required.serverFault?.reason == .clientCertificate)
    }

    @Test func aCertificateThatDoesNotVerifyIsRefusedWhereNoneWouldDo() throws {
        let context = try TLSContext(pair, clients: clients(authority))
        var options = trusting
        options.highest = TLSClient.version12
        options.pair = try TestAuthority("Stranger").issue("stranger")
        let stranger = try TLSDialogue(options, context)
        #expect(stranger.serverFault?.reason == .clientCertificate)
        #expect(stranger.clientFault?.contains("unknown ca") == true)
        options.pair = try authority.issue("late", lasting: -7_200 ... -3_600)
        let late = try TLSDialogue(options, context)
        #expect(late.serverFault?.reason == .clientCertificate)
        #expect(late.clientFault?.contains("certificate expired") == true)
    }

    @Test func aSessionIsNotResumedUnderOtherAuthorities() throws {
        let tickets = try TLSTicketKeys()
        var options = trusting
        options.pair = try authority.issue("client")
        let first = try TLSDialogue(options, TLSContext(pair, clients: clients(authority), tickets: tickets))
        #expect(first.server.peer.certificateSubject != nil)
        let other = try TLSContext(pair, clients: clients(TestAuthority("Other")), tickets: tickets)
        let second = try TLSDialogue(options, other, resuming: first.client.session)
        #expect(second.serverFault?.reason == .clientCertificate)
        options.pair = nil
        let third = try TLSDialogue(options, other, resuming: first.client.session)
        #expect(third.isDone)
        #expect(!third.client.isResumed)
        #expect(third.server.peer.certificateSubject == nil)
    }

    @Test func aTicketDoesNotOutliveTheCertificateInIt() async throws {
        var options = trusting
        options.pair = try authority.issue("brief", lasting: -10...4)
        let context = try TLSContext(pair, clients: clients(authority))
        let first = try TLSDialogue(options, context)
        #expect(first.isDone)
        let end = ContinuousClock.now + .seconds(20)
        var last = first
        while ContinuousClock.now < end, last.isDone {
            try await Task.sleep(for: .milliseconds(100))
            last = try TLSDialogue(options, context, resuming: first.client.session)
        }
        #expect(last.serverFault?.reason == .clientCertificate)
    }
}
