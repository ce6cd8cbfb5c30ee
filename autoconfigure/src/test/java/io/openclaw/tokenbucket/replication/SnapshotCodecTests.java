package io.openclaw.tokenbucket.replication;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.openclaw.tokenbucket.limiter.port.BucketKey;
import io.openclaw.tokenbucket.persistence.EntryNames;

import static org.assertj.core.api.Assertions.assertThat;

class SnapshotCodecTests {

	/** The limit of a route is named after it, and routes have any id. */
	@Test
	void noTwoBucketsShareAnEntry() {
		List<String> texts = List.of("a", "a:b", "b", ":", "", "a%3Ab", "%", "#limits", "limits", "#generation");
		List<String> names = new ArrayList<>(List.of(EntryNames.LIMITS, "#generation"));
		for (String limit : texts) {
			names.add(EntryNames.of(new BucketKey(limit, "", true)));
			texts.forEach((key) -> names.add(EntryNames.of(new BucketKey(limit, key, false))));
		}
		assertThat(names).doesNotHaveDuplicates();
	}

}
