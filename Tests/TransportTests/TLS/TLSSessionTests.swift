import TLSClient
import Testing

@testable import Transport

@Suite struct TLSSessionTests {
    private let authority: TestAuthority
    private let pair: TestAuthority.Pair
    private let context: TLSContext
    private var trusting: TLSClient.Options { TLSClient.Options(trusting: authority.certificate) }

    init() throws {
        authority = try TestAuthority()
        pair = try authority.issue("localhost")
        context = try TLSContext(pair)
    }

    // MARK: versions, ciphers, protocols

    @Test(arguments: [(TLSClient.version12, "TLSv1.2"), (TLSClient.version13, "TLSv1.3")])
    func bothVersionsAreSpokenAndBothSidesUnderstandEachOther(version: Int32, name: String) throws {
        var options = trusting
        options.lowest = version
        options.highest = version
        let dialogue = try TLSDialogue(options, context)
        #expect(dialogue.isDone)
        #expect(dialogue.client.version == name)
        #expect(try dialogue.say(Array("question".utf8)) == Array("question".utf8))
        #expect(try dialogue.answer(Array("answer".utf8)) == Array("answer".utf8))
    }

    @Test func anOlderVersionIsRefused() throws {
        var options = trusting
        options.lowest = TLSClient.version11
        options.highest = TLSClient.version11
        let dialogue = try TLSDialogue(options, context)
        #expect(dialogue.serverFault?.reason == .version)
        #expect(dialogue.clientFault?.contains("alert protocol version") == true)
    }

    @Test(arguments: ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256"])
    func aCipherWithoutForwardSecrecyOrAuthenticatedEncryptionIsRefused(cipher: String) throws {
        var options = trusting
        options.highest = TLSClient.version12
        options.ciphers = cipher
        let dialogue = try TLSDialogue(options, context)
        #expect(dialogue.serverFault?.reason == .cipher)
    }

    @Test func theServersOrderCountsUnlessTheClientPutsChaChaFirst() throws {
        var options = trusting
        options.highest = TLSClient.version12
        options.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"
        #expect(try TLSDialogue(options, context).client.cipher == "ECDHE-ECDSA-AES128-GCM-SHA256")
        options.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"
        #expect(try TLSDialogue(options, context).client.cipher == "ECDHE-ECDSA-CHACHA20-POLY1305")
    }

    /// RFC 7301 §3.2.
    @Test func theProtocolIsHTTPOrNone() throws {
        var options = trusting
        #expect(try TLSDialogue(options, context).client.chosen == nil)
        options.protocols = ["h2", "http/1.1"]
        #expect(try TLSDialogue(options, context).client.chosen == "http/1.1")
        options.protocols = ["h2"]
        let refused = try TLSDialogue(options, context)
        #expect(refused.serverFault?.reason == .alpn)
        #expect(refused.clientFault?.contains("no application protocol") == true)
    }

    // MARK: bytes

    @Test(arguments: [TLSClient.version12, TLSClient.version13], [1, 7, 1_000, .max])
    func recordsThatArriveInPiecesAreUnderstood(version: Int32, size: Int) throws {
        var options = trusting
        options.highest = version
        let dialogue = try TLSDialogue(options, context)
        let text = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try dialogue.say(text, inPiecesOf: size) == text)
        #expect(!dialogue.server.isWithinRecord)
    }

    @Test func aRecordThatArrivedInPartIsToBeWaitedFor() throws {
        let dialogue = try TLSDialogue(trusting, context)
        try dialogue.client.write(Array("question".utf8))
        let bytes = dialogue.client.takeOutput()
        #expect(try dialogue.hand(Array(bytes.dropLast(3))).isEmpty)
        #expect(dialogue.server.isWithinRecord)
        #expect(try dialogue.hand(Array(bytes.suffix(3))) == Array("question".utf8))
        #expect(!dialogue.server.isWithinRecord)
    }

    @Test func aRequestThatComesWithTheEndOfTheHandshakeIsNotLost() throws {
        let client = try TLSClient(trusting)
        let server = try TLSSession(context)
        _ = try client.handshake()
        server.feed(client.takeOutput())
        #expect(try !server.handshake())
        client.feed(server.takeOutput())
        #expect(try client.handshake())
        try client.write(Array("early".utf8))
        server.feed(client.takeOutput())
        #expect(try server.handshake())
        var heard = ReceivedBytes()
        #expect(try server.open(into: &heard))
        let bytes = heard.bytes
        #expect(bytes.elementsEqual("early".utf8))
    }

    @Test func aKeyUpdateIsAnswered() throws {
        let dialogue = try TLSDialogue(trusting, context)
        dialogue.client.updateKeys()
        #expect(try dialogue.say(Array("new keys".utf8)) == Array("new keys".utf8))
        #expect(try dialogue.answer(Array("here too".utf8)) == Array("here too".utf8))
    }

    @Test func aForgedByteEndsTheConnectionWithAnAlert() throws {
        let dialogue = try TLSDialogue(trusting, context)
        try dialogue.client.write(Array("question".utf8))
        var bytes = dialogue.client.takeOutput()
        bytes[bytes.count - 1] ^= 1
        #expect(throws: TransportError.self) { try dialogue.hand(bytes) }
        dialogue.client.feed(dialogue.server.takeOutput())
        let fault = #expect(throws: TLSTestFault.self) { try dialogue.client.read() }
        #expect(fault?.description.contains("bad record mac") == true)
        #expect(throws: TransportError.self) { try dialogue.server.seal([1].span) }
    }

    @Test func whatIsNoTLSIsMalformed() throws {
        let server = try TLSSession(context)
        server.feed([22, 3, 1, 0, 4, 255, 255, 255, 255])
        let fault = #expect(throws: HandshakeFault.self) { try server.handshake() }
        #expect(fault?.reason == .malformed)
    }

    // MARK: the end

    @Test func theEndIsSaidAndHeard() throws {
        let dialogue = try TLSDialogue(trusting, context)
        dialogue.server.close()
        dialogue.client.feed(dialogue.server.takeOutput())
        #expect(try dialogue.client.read().isEmpty)
        #expect(dialogue.client.isEnded)
        #expect(!dialogue.server.isEnded)
        dialogue.client.close()
        #expect(try dialogue.hand(dialogue.client.takeOutput()).isEmpty)
        #expect(dialogue.server.isEnded)
        // Once is enough.
        dialogue.server.close()
        #expect(dialogue.server.takeOutput().isEmpty)
    }

    @Test func whatCameBeforeTheEndCountsAndCanBeAnswered() throws {
        let dialogue = try TLSDialogue(trusting, context)
        try dialogue.client.write(Array("last".utf8))
        dialogue.client.close()
        #expect(try dialogue.hand(dialogue.client.takeOutput()) == Array("last".utf8))
        #expect(dialogue.server.isEnded)
        #expect(try dialogue.answer(Array("answer".utf8)) == Array("answer".utf8))
    }

    @Test func renegotiationIsRefusedAndTheConnectionGoesOn() throws {
        var options = trusting
        options.highest = TLSClient.version12
        let dialogue = try TLSDialogue(options, context)
        try dialogue.client.renegotiate()
        #expect(try dialogue.hand(dialogue.client.takeOutput()).isEmpty)
        let alert = dialogue.client
        #expect(throws: TLSTestFault.self) {
            _ = try alert.handshake()
            _ = try alert.read()
        }
    }
}
