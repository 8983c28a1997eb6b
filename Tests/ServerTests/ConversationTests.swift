import Conversation
import Testing

@testable import HTTP

/// The conversation without a socket: what the wire adds cannot change an answer, so this is what it is over one
/// (IntegrationTests).
@Suite struct ConversationTests {
    @Test func theRouterAnswersAsItMust() async throws {
        let house = try House()
        try await house.put("basic", secret: "basic")
        for turn in Turn.all {
            let credentials =
                switch turn.credentials {
                case .none: [(FieldName, String)]()
                case .right: [basic("basic", "basic-value")]
                case .wrong: [basic("basic", "wrong")]
                }
            let fields = turn.fields.compactMap { name, value in FieldName(name.utf8.span).map { ($0, value) } }
            let method = Method(turn.method.utf8.span)
            let response = await house.ask(method, turn.target, credentials + fields, content: turn.content ?? "")
            let lines = response.lines.map { line in
                let end = line.firstIndex(of: ":") ?? line.endIndex
                return (name: String(line[..<end]), value: String(line[end...].dropFirst(2)))
            }
            let hasContent = method != .head && !response.status.forbidsContent
            let faults = turn.faults(
                status: response.status.code, fields: lines, content: hasContent ? response.text : "")
            #expect(faults == [], "\(turn)")
        }
    }
}
