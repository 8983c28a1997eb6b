import Conversation
import Testing

/// What the router answers (ServerTests), over the wire.
@Suite struct ConversationTests {
    private func converse(_ site: Site) throws {
        for turn in Turn.all {
            let credentials =
                switch turn.credentials {
                case .none: [(String, String)]()
                case .right: Site.basic
                case .wrong: HTTPClient.basic("basic", "wrong")
                }
            let answer = try site.http.send(
                turn.method, turn.target, credentials + turn.fields.map { ($0.name, $0.value) },
                turn.content.map { Array($0.utf8) })
            let faults = turn.faults(status: answer.status, fields: answer.fields, content: answer.text)
            #expect(faults == [], "\(turn)")
        }
    }

    @Test func aLiveSocketAnswersAsTheRouter() throws {
        try converse(.withClient(arguments: ["--store", "memory:"]))
    }

    @Test func tlsAnswersAsTheRouter() throws {
        let files = try CertificateVolume()
        try converse(.withClient(arguments: ["--store", "memory:"] + files.arguments, tls: files.trusting))
    }
}
