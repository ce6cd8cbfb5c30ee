package io.openclaw.tokenbucket.crdt;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link MemberId} and {@link Birth}.
 */
class MemberIdTests {

	@Test
	void isOrderedByNodeThenIncarnationThenBirth() {
		Birth first = new Birth(new MemberId("a", 9), 9);
		Birth second = new Birth(new MemberId("b", 9), 10);
		Birth third = new Birth(new MemberId("b", 10), 1);
		Birth fourth = new Birth(new MemberId("b", 10), 2);
		assertThat(Stream.of(third, fourth, second, first).sorted()).containsExactly(first, second, third, fourth);
	}

	@Test
	void incarnationsOfANodeAreDifferentMembers() {
		assertThat(new MemberId("a", 1)).isNotEqualTo(new MemberId("a", 2)).isEqualTo(new MemberId("a", 1));
		assertThat(new MemberId("a", 2)).hasToString("a#2");
	}

	@Test
	void refusesANodeWithoutName() {
		assertThatIllegalArgumentException().isThrownBy(() -> new MemberId("", 1));
	}

}
