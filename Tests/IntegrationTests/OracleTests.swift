import Foundation
import Testing

/// Nobody learns a secret by asking whether a guess is right, not even one who may manage Clients: the server answers
/// alike whatever is guessed, since no resource holds a value.
@Suite struct OracleTests {
    enum Mode: CaseIterable { case tutorial, root }

    private static let value = "oracle-value-1"
    private static let guesses = [value, "oracle-value-2", "oracle-v", "ZZ"]

    /// Requests that a guess stands in as GUESS.
    private static let questions: [(method: String, path: String, fields: [(String, String)], body: String?)] =
        [
            "secret=GUESS", "secret:exact=GUESS", "secret:contains=GUESS", "secret:missing=GUESS", "secret:not=GUESS",
            "_secret=GUESS", "Client.secret=GUESS", "_filter=secret%20eq%20GUESS", "_content=GUESS", "_text=GUESS",
            "_query=GUESS", "_has:Client:secret:_id=GUESS", "_sort=secret&secret=GUESS",
            "_elements=secret&secret=GUESS",
            "_summary=count&secret=GUESS", "_total=accurate&secret=GUESS", "_id=basic&secret=GUESS",
            "_include=secret:GUESS",
        ].flatMap { query in
            [
                ("GET", "/fhir/Client?\(query)", [], nil),
                ("GET", "/fhir/Client?\(query)", [("Prefer", "handling=strict")], nil),
                ("GET", "/fhir/Client?\(query)", [("Prefer", "handling=lenient")], nil),
                ("GET", "/fhir/Client/basic?\(query)", [], nil),
                ("POST", "/fhir/Client/_search", [("Content-Type", "application/x-www-form-urlencoded")], query),
                ("POST", "/fhir/Client", [("If-None-Exist", query)], ClientBody.text()),
                ("PUT", "/fhir/Client?\(query)", [], ClientBody.text()),
                ("DELETE", "/fhir/Client?\(query)", [], nil),
                ("PATCH", "/fhir/Client?\(query)", [], "[]"),
            ]
        } + [
            (
                "PATCH", "/fhir/Client/basic", [("Content-Type", "application/json-patch+json")],
                #"[{"op": "test", "path": "/secret", "value": "GUESS"}]"#
            ),
            ("PUT", "/fhir/Client/basic", [], #"{"resourceType": "Client", "id": "basic", "secret": "GUESS"}"#),
            ("GET", "/fhir/Client/basic", [("If-Match", "W/\"GUESS\"")], nil),
            ("GET", "/fhir/Client/basic", [("If-None-Match", "W/\"GUESS\"")], nil),
        ]

    @Test(arguments: Mode.allCases) func anAnswerIsTheSameWhateverIsGuessed(mode: Mode) throws {
        let site = try Site(
            secrets: ["client-secret": Self.value, "root-secret": "root-value"],
            config: "\(Site.tutorialSecret), \(Site.rootSecret)",
            arguments: mode == .root ? ["--root-secret", "root-secret"] : [])
        let manager = mode == .root ? Site.root : []
        #expect(try site.http.put("/fhir/Client/basic", ClientBody.text(), manager).status == 201)
        #expect(try site.status("basic", Self.value) == 200, "the first guess is right")
        for question in Self.questions {
            var answers: Set<String> = []
            for guess in Self.guesses {
                func filled(_ text: String) -> String { text.replacing("GUESS", with: guess) }
                let answer = try site.http.send(
                    question.method, filled(question.path), manager + question.fields.map { ($0, filled($1)) },
                    question.body.map { Array(filled($0).utf8) })
                answers.insert(answer.comparable)
                #expect(!answer.comparable.contains(guess), "\(question) repeats \(guess)")
            }
            #expect(answers.count == 1, "\(question): \(answers)")
        }
        let stored = try site.http.get("/fhir/Client/basic", manager)
        #expect(stored.version == 1 && !stored.text.contains(Self.value), "nothing was changed by asking")
    }

    /// The order of a search tells nothing either.
    @Test func sortingBySecretSortsByNothing() throws {
        let site = try Site(
            secrets: ["a": "2", "b": "1"],
            config: ["a", "b"].map { #""\#($0)": {"path": "VOLUME/\#($0)", "scope": "Client"}"# }.joined(
                separator: ", "))
        for id in ["a", "b"] { try site.put(ClientBody.text(id, secret: id), id: id) }
        func order(_ query: String) throws -> [String] {
            try site.http.get("/fhir/Client\(query)").matches.compactMap { $0["id"] as? String }
        }
        let before = try order("")
        for query in ["?_sort=secret", "?_sort=-secret", "?_sort=_secret"] { #expect(try order(query) == before) }
        try site.volume.swap(["a": "1", "b": "2"])
        for query in ["?_sort=secret", "?_sort=-secret", "?_sort=_secret"] { #expect(try order(query) == before) }
    }
}
