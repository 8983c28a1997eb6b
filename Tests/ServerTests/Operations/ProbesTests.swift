import HTTP
import Storage
import Testing

@testable import Server

@Suite struct ProbesTests {
    @Test func theServerIsReadyWhileTheStoreTakesWritesAndAliveAnyway() {
        let store = ScriptedStore()
        let probes = Probes(store: store)
        #expect(probes.ready().status == .ok)
        #expect(probes.live().status == .ok)
        store.breaks(with: .unavailable("the disk at /srv is gone"))
        #expect(probes.ready().status == .serviceUnavailable)
        #expect(!probes.ready().text.contains("/srv"))
        #expect(probes.live().status == .ok)
        store.breaks(with: nil)
        #expect(probes.ready().status == .ok)
    }

    @Test func whoStopsIsAliveAndNotReady() {
        let probes = Probes(store: ScriptedStore())
        probes.stop()
        #expect(probes.ready().status == .serviceUnavailable)
        #expect(probes.ready().text == "stopping\n")
        #expect(probes.live().status == .ok)
    }
}
