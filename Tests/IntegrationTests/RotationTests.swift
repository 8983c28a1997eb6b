import Foundation
import Glibc
import Testing

/// A changed file counts from the very next request.
@Suite struct RotationTests {
    @Test func aThousandSwapsGiveNotOneStaleAnswer() throws {
        let site = try Site.withClient()
        var stale: [Int] = []
        var denied: [Int] = []
        var old = Site.secret
        for round in 1...1_000 {
            // A file that has just changed is read anew by every request; one that rests may be remembered.
            if round.isMultiple(of: 25) {
                try site.volume.rest("client-secret")
                if try site.status("basic", old) != 200 { denied.append(round) }
            }
            let new = "value-\(round)"
            try site.volume.swap(["client-secret": new])
            if try site.status("basic", old) != 401 { stale.append(round) }
            if try site.status("basic", new) != 200 { denied.append(round) }
            old = new
        }
        #expect(stale == [])
        #expect(denied == [])
    }

    /// The whole volume is swapped when one of its files changes; the others are never missing.
    @Test func swapsOfAnotherFileInTheVolumeDenyNobody() throws {
        let site = try Site(
            secrets: ["client-secret": Site.secret, "other": "0"])
        try site.put(ClientBody.text())
        let port = site.server.port
        let running = Flag()
        let denials = Counter()
        let requests = Counter()
        let askers = (0..<2).map { _ in
            Thread {
                let http = HTTPClient(port: port)
                while running.isSet {
                    if (try? http.get("/fhir/Patient", Site.basic).status) != 200 { denials.add() }
                    requests.add()
                }
                running.leave()
            }
        }
        for asker in askers {
            running.enter()
            asker.start()
        }
        for round in 1...500 { try site.volume.swap(["other": "\(round)"]) }
        #expect(eventually { requests.count >= 200 })
        #expect(running.end())
        #expect(denials.count == 0, "of \(requests.count) requests")
    }

    @Test func aRewriteInPlaceOfTheSameSizeAndTimeCounts() throws {
        let site = try Site.withClient()
        #expect(try site.status() == 200)
        var old = Site.secret
        for round in 10...29 {
            let new = "super-secret-va-\(round)"
            try site.volume.rest("client-secret")
            #expect(try site.status("basic", old) == 200)
            try site.volume.overwriteUnseen("client-secret", with: new)
            #expect(try site.status("basic", old) == 401)
            #expect(try site.status("basic", new) == 200)
            old = new
        }
    }

    @Test func aSecretThatVanishesIsDeniedAndOneThatComesBackCounts() throws {
        let site = try Site.withClient()
        #expect(try site.status() == 200)
        try #require(unsafe rename(site.volume.at("..data"), site.volume.at("..gone")) == 0)
        #expect(try site.status() == 401)
        #expect(try site.status() == 401)
        try #require(unsafe rename(site.volume.at("..gone"), site.volume.at("..data")) == 0)
        #expect(try site.status() == 200)
    }

    /// One trailing newline is removed and nothing else.
    @Test func theValueIsTheFilesBytesWithoutOneNewline() throws {
        let site = try Site.withClient()
        for (file, password) in [
            ("value\n", "value"), ("value\r\n", "value"), (" value ", " value "), ("ünï✓", "ünï✓"), ("a:b:c", "a:b:c"),
            (String(repeating: "x", count: 4_096), String(repeating: "x", count: 4_096)),
        ] {
            try site.volume.swap(["client-secret": file])
            #expect(try site.status("basic", password) == 200, "\(file.debugDescription)")
            #expect(try site.status("basic", password + "x") == 401)
            #expect(try site.status("basic", String(password.dropLast())) == 401)
        }
        // What is left after the one newline, no Basic password can spell.
        try site.volume.swap(["client-secret": "value\n\n"])
        #expect(try site.status("basic", "value") == 401)
        try site.volume.swap(["client-secret": "value\r"])
        #expect(try site.status("basic", "value") == 401)
    }

    @Test(.enabled(if: ProcessMemory.canBeRead, "only CAP_SYS_PTRACE sees the descriptors of keyward"))
    func aThousandRequestsLeaveNoDescriptorOpen() throws {
        let site = try Site.withClient()
        #expect(try site.status() == 200)
        let before = site.server.openDescriptors
        for round in 1...500 {
            try site.volume.swap(["client-secret": "value-\(round % 2)"])
            _ = try site.status("basic", "value-0")
        }
        // The watch may have a file open for a moment.
        #expect(eventually { site.server.openDescriptors <= before })
    }
}
