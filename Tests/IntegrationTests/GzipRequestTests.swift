import Foundation
import Glibc
import Testing

/// Requests whose content is gzip: taken as what it unpacks to, within the limits, or refused whole.
@Suite(.serialized) final class GzipRequestTests {
    let site: Site

    init() throws { site = try Site.withClient(arguments: ["--store", "memory:"]) }

    private static func patient(_ id: String, _ more: String = "") -> String {
        #"{"resourceType":"Patient","id":"\#(id)"\#(more)}"#
    }

    private func put(_ id: String, _ packed: [UInt8], coding: String = "gzip") throws -> Answer {
        try site.http.send("PUT", "/fhir/Patient/\(id)", Site.basic + [("Content-Encoding", coding)], packed)
    }

    private func exists(_ id: String) throws -> Bool {
        try site.http.get("/fhir/Patient/\(id)", Site.basic).status == 200
    }

    @Test(arguments: ["gzip", "x-gzip", "GZip"])
    func gzipIsUnpacked(coding: String) throws {
        let answer = try put("a", Gzip.pack(Self.patient("a", #","x":1.10"#)), coding: coding)
        #expect([200, 201].contains(answer.status), "\(answer)")
        #expect(try site.http.get("/fhir/Patient/a", Site.basic).text.contains(#""x":1.10"#))
    }

    @Test func contentThatFollowsAndContentInChunksAreUnpackedToo() throws {
        let first = try Gzip.pack(Self.patient("one", #","x":"\#(String(repeating: "x", count: 9_000))""#))
        let second = try Gzip.pack(Self.patient("two"))
        let coding = "Content-Encoding: gzip\r\n"
        var bytes = Array("\(RawRequest.put("one"))\(coding)Content-Length: \(first.count)\r\n\r\n".utf8) + first
        bytes += Array("\(RawRequest.put("two"))\(coding)Transfer-Encoding: chunked\r\n\r\n".utf8)
        for start in stride(from: 0, to: second.count, by: 7) {
            let piece = second[start..<min(start + 7, second.count)]
            bytes += Array("\(piece.count)\r\n".utf8) + piece + [13, 10]
        }
        bytes += Array("0\r\n\r\n\(RawRequest.get("one"))".utf8)
        let whole = try Wire(port: site.server.port)
        try whole.send(bytes)
        #expect(try (0..<3).map { _ in try Answer(from: whole).status } == [201, 201, 200])
        let slow = try Wire(port: site.server.port)
        for byte in bytes { try slow.send([byte]) }
        #expect(try (0..<3).map { _ in try Answer(from: slow).status } == [200, 200, 200])
    }

    @Test func aFormIsUnpackedToo() throws {
        let answer = try site.http.send(
            "POST", "/fhir/Patient/_search",
            Site.basic + [
                ("Content-Encoding", "gzip"), ("Content-Type", "application/x-www-form-urlencoded"),
            ], Gzip.pack("_summary=count"))
        #expect(answer.status == 200 && answer.text.contains(#""total""#), "\(answer)")
    }

    @Test func contentThatIsNotOneWholeStreamIs400AndTheConnectionGoesOn() throws {
        let stream = try Gzip.pack(Self.patient("bad"))
        var wrongSum = stream
        wrongSum[stream.count - 8] ^= 1
        var wrongLength = stream
        wrongLength[stream.count - 1] ^= 1
        let zlib: [UInt8] = [0x78, 0x9c, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01]
        let wire = try Wire(port: site.server.port)
        for bad in [
            [], Array(stream.dropLast()), Array(stream.prefix(5)), stream + [0], stream + stream, wrongSum, wrongLength,
            Array(Self.patient("bad").utf8), zlib,
        ] {
            try wire.send("\(RawRequest.put("bad"))Content-Encoding: gzip\r\nContent-Length: \(bad.count)\r\n\r\n")
            try wire.send(bad)
            let answer = try Answer(from: wire)
            #expect(answer.status == 400 && answer.isOutcome, "\(answer)")
            #expect(answer["Connection"] == nil)
        }
        #expect(try !exists("bad"))
    }

    @Test(arguments: ["br", "deflate", "gzip, gzip", "br, gzip", "aes128gcm", "gzip;q=1"])
    func anotherCodingIs415AndSaysWhichThereIs(coding: String) throws {
        let answer = try put("bad", Array(Self.patient("bad").utf8), coding: coding)
        #expect(answer.status == 415 && answer.isOutcome, "\(answer)")
        #expect(answer["Accept-Encoding"] == "gzip")
        #expect(try !exists("bad"))
    }

    @Test func whatIsNoCodingChangesNothing() throws {
        #expect(try put("plain", Array(Self.patient("plain").utf8), coding: "identity").status == 201)
        let type = try site.http.put("/fhir/Patient/x", "x", Site.basic + [("Content-Type", "text/plain")])
        #expect(type.status == 415 && type["Accept-Encoding"] == nil)
    }

    @Test func whoMayNotWriteIsToldSoBeforeHisContentIsRead() throws {
        for (fields, status) in [("", 401), (RawRequest.authorization, 415)] {
            let wire = try Wire(port: site.server.port)
            try wire.send(
                "PUT /fhir/Patient/a HTTP/1.1\r\nHost: localhost\r\n\(fields)Content-Type: application/json\r\n"
                    + "Content-Encoding: \(status == 401 ? "gzip" : "br")\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 100\r\n\r\n")
            let answer = try Answer(from: wire)
            #expect(answer.status == status, "\(answer)")
            #expect(answer["Connection"] == "close")
        }
    }

    /// The limit holds for what arrives and for what it unpacks to.
    @Test func theLimitIsOneOfBothSizes() throws {
        func padded(to count: Int) -> String {
            let rest = count - Self.patient("edge", #","x":"""#).utf8.count
            return Self.patient("edge", #","x":"\#(String(repeating: "x", count: rest))""#)
        }
        let limit = 2_097_152
        #expect(try put("edge", Gzip.pack(padded(to: limit))).status == 201)
        let beyond = try put("edge", Gzip.pack(padded(to: limit + 1)))
        #expect(beyond.status == 413 && beyond.isOutcome, "\(beyond)")
        let site = try Site.withClient(arguments: ["--store", "memory:", "--max-body", "350"])
        let noise = (0..<400).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "a" }
        let packed = try Gzip.pack(String(noise))
        #expect((200...350).contains(packed.count))
        let fields = Site.basic + [("Content-Encoding", "gzip")]
        #expect(try site.http.send("PUT", "/fhir/Patient/a", fields, packed).status == 413)
        let larger = try Gzip.pack(String(noise + noise.reversed()))
        #expect(larger.count > 350)
        #expect(try site.http.send("PUT", "/fhir/Patient/a", fields, larger).status == 413)
    }

    /// 1 GiB of zeros in 1 MB, ten times on each of four connections at once. What the server may need for it is the
    /// 1 MB that arrives, the 2 MiB that it may unpack to and the room to grow into, for each.
    @Test(.disabled(if: Sanitizer.isOn, "a sanitizer keeps what was freed"))
    func aBombIs413AndMemoryStaysFlat() throws {
        let bomb = try Gzip.bomb(of: 1 << 30)
        #expect(bomb.count < 1_100_000)
        #expect(try put("warm", Gzip.pack(Self.patient("warm"))).status == 201)
        let port = site.server.port
        let before = try residentPeak()
        let statuses = try inParallel(4) { _ in
            let http = HTTPClient(port: port)
            return try (0..<10).map { _ in
                try http.send("PUT", "/fhir/Patient/bomb", Site.basic + [("Content-Encoding", "gzip")], bomb).status
            }
        }
        #expect(statuses.allSatisfy { $0 == Array(repeating: 413, count: 10) }, "\(statuses)")
        let growth = try residentPeak() - before
        report("a bomb of 1 GiB, 40 times: the resident peak grew by \(growth) KiB")
        #expect(growth < 32_768)
        #expect(try exists("warm"))
    }

    /// `VmHWM`: the most memory that was ever resident, in KiB.
    @Test func bombsThatStandInLineHoldUpNobodyElse() throws {
        let bomb = try Gzip.bomb(of: 3_900_000)
        #expect(bomb.count < 4_096, "small enough to be tried at once")
        let head = RawRequest.put("p") + "Content-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n"
        let request = Array(head.utf8) + bomb
        let crowd = try (0..<20).map { _ in try Wire(port: site.server.port) }
        for wire in crowd { try wire.send(Array(repeating: request, count: 15).flatMap(\.self)) }
        let waits = try (0..<40).map { _ throws -> Duration in
            usleep(10_000)
            let began = ContinuousClock.now
            #expect(try site.http.get("/livez").status == 200)
            return ContinuousClock.now - began
        }
        // The machine itself may hold one of them up.
        let long = waits.sorted()[waits.count * 9 / 10]
        #expect(long < .milliseconds(300) * Sanitizer.patience, "\(waits)")
    }

    private func residentPeak() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(site.server.pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return try #require(line?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }

    /// What was unpacked of a request is overwritten like the bytes it came in, zlib's own memory too: where it was
    /// refused before it was read as JSON, it is nowhere.
    @Test(
        .enabled(if: ProcessMemory.canBeRead, "only CAP_SYS_PTRACE reads the memory of keyward"),
        .disabled(if: Sanitizer.isOn, "a sanitizer maps terabytes, and keeps what was freed"))
    func whatWasUnpackedIsNotLeftInMemory() throws {
        // All over what zlib keeps, the last 32 KiB of what it makes in more than one step.
        let secrets = String(repeating: "\(Marker.gone("unpacked")) ", count: 4_000)
        let stream = try Gzip.pack(Self.patient("gone", #","x":"\#(secrets)""#))
        for _ in 0..<50 {
            #expect(try put("gone", Array(stream.dropLast())).status == 400)
            #expect(try put("gone", stream + [0]).status == 400)
        }
        let places = try ProcessMemory(of: site.server.pid).places(of: [Marker.gone.plain])
        for place in Set(places).prefix(5) { Issue.record("\(place)") }
    }

    /// Streams that were cut, grown and changed at random: each gets an answer that fits, and what was refused is not
    /// there. The same ones each time.
    @Test func whateverIsDoneToAStreamItIsTakenWholeOrRefused() throws {
        var random = Lottery(seed: 20_261_124)
        let stream = try Gzip.pack(Self.patient("fuzz", #","name":[{"family":"Chalmers"}]"#))
        for round in 0..<300 {
            var changed = stream
            switch random.below(4) {
            case 0: changed.removeLast(random.below(stream.count))
            case 1: changed.insert(UInt8(random.below(256)), at: random.below(stream.count + 1))
            case 2: changed.remove(at: random.below(stream.count))
            default:
                for _ in 0...random.below(4) { changed[random.below(stream.count)] ^= UInt8(1 + random.below(255)) }
            }
            let answer = try put("fuzz", changed)
            if answer.status == 200 || answer.status == 201 {
                let stored = try site.http.get("/fhir/Patient/fuzz", Site.basic).text
                #expect(stored.contains(#""name":[{"family":"Chalmers"}]"#), "round \(round): \(stored)")
            } else {
                #expect([400, 413].contains(answer.status) && answer.isOutcome, "round \(round): \(answer)")
            }
        }
        #expect(site.server.isRunning)
    }
}

/// Numbers that look random and are the same each time (a linear congruence's upper bits).
private struct Lottery {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
