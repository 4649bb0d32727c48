<?php
/**
 * The line an owner pastes, and what the server says of itself.
 *
 * @package Vitrine
 */

require __DIR__ . '/web.php';

check(
	'the line Vitrine prints is read as people paste it',
	function () {
		$lines = array(
			'http://localhost:8080/connect/ABCD-EFGH-JKMN'           => array( 'http://localhost:8080', 'ABCD-EFGH-JKMN' ),
			"  https://v.example/connect/abcd-efgh-jkmn \n"          => array( 'https://v.example', 'ABCD-EFGH-JKMN' ),
			'"https://shop.example/vitrine/connect/ABCD-EFGH-JKMN/"' => array( 'https://shop.example/vitrine', 'ABCD-EFGH-JKMN' ),
			'<http://[::1]:8080/connect/ABCD-EFGH-JKMN>'             => array( 'http://[::1]:8080', 'ABCD-EFGH-JKMN' ),
		);
		foreach ( $lines as $line => $expected ) {
			$at = Vitrine_Connection::read_line( $line );
			same( $expected, is_wp_error( $at ) ? $at->get_error_message() : array( $at['server'], $at['code'] ), $line );
		}
	}
);

check(
	'what is no such line is refused with a sentence',
	function () {
		$lines = array(
			'', 'ABCD-EFGH-JKMN', 'https://v.example/', 'https://v.example/connect/', 'ftp://v.example/connect/ABCD-EFGH-JKMN',
			'https://user:pass@v.example/connect/ABCD-EFGH-JKMN', 'https://v.example/connect/ABCD EFGH JKMN',
			'https://v.example/?x=/connect/ABCD-EFGH-JKMN', 'javascript:alert(1)//connect/ABCD-EFGH-JKMN', str_repeat( 'x', 2000 ),
		);
		foreach ( $lines as $line ) {
			same( true, is_wp_error( Vitrine_Connection::read_line( $line ) ), $line );
		}
	}
);

/** A status, of an answer and a queue with nothing in it but what is said. */
function status( $answer, array $queue = array() ) {
	return new Vitrine_Status( $answer, $queue + array( 'waiting' => 0, 'dropped' => 0, 'problem' => '' ) );
}

/** Text of a line of the status by its name. */
function line_of( Vitrine_Status $status, $name ) {
	foreach ( $status->lines() as $line ) {
		if ( $name === $line['name'] ) {
			return array( $line['text'], $line['good'] );
		}
	}
	return null;
}

$now     = time() * 1000;
$healthy = array(
	'counts'       => array( 'product' => 36, 'order' => 1, 'customer' => 31 ),
	'serving'      => array( 'snapshot_version' => 1 ),
	'sync'         => array( 'last_ms' => $now - 300000, 'rows' => 4, 'problem' => '' ),
	'job'          => null,
	'webhooks'     => array( 'registered' => 15, 'wanted' => 15, 'last_ms' => $now - 120000 ),
	'events_today' => 12,
	'connected'    => true,
	'plan'         => 'self-hosted',
);

check(
	'a shop that is well says so in every line',
	function () use ( $healthy ) {
		$status = status( $healthy );
		same( false, $status->is_running() );
		same( array( '36 products, 1 order, 31 customers', null ), line_of( $status, 'Copied' ) );
		same( array( '5 mins ago', true ), line_of( $status, 'Last copy' ) );
		same( array( 'Told at once; the last 2 mins ago', true ), line_of( $status, 'Changes in the shop' ) );
		same( array( '12 events', null ), line_of( $status, 'Visitors today' ) );
	}
);

check(
	'what is wrong is said as the server says it',
	function () use ( $healthy ) {
		$status = status( array_merge( $healthy, array( 'sync' => array( 'last_ms' => 1, 'problem' => 'The key was revoked.' ), 'connected' => false ) ) );
		same( array( 'The key was revoked.', false ), line_of( $status, 'Last copy' ) );
		same( false, line_of( $status, 'Key to the shop' )[1] );
		$dumb = status( array_merge( $healthy, array( 'webhooks' => array( 'registered' => 3, 'wanted' => 15, 'last_ms' => 0 ) ) ) );
		same( false, line_of( $dumb, 'Changes in the shop' )[1] );
	}
);

check(
	'a copy only ever goes forward, step by step',
	function () use ( $healthy ) {
		$last = -1.0;
		foreach ( array( array( 'settings', 0, 0 ), array( 'products', 0, 36 ), array( 'products', 18, 36 ), array( 'orders', 90, 90 ), array( 'webhooks', 0, 0 ) ) as $at ) {
			$job    = array( 'kind' => 'sync', 'state' => 'running', 'step' => $at[0], 'done' => $at[1], 'total' => $at[2] );
			$status = status( array_merge( $healthy, array( 'job' => $job ) ) );
			same( true, $status->is_running() );
			same( true, $status->share() > $last && $status->share() <= 1.0, $at[0] );
			$last = $status->share();
		}
	}
);

check(
	'learning is shown while nothing was learned, and left in peace afterwards',
	function () use ( $healthy ) {
		$job   = array( 'kind' => 'train', 'state' => 'running', 'step' => 'learning', 'done' => 0, 'total' => 0 );
		$first = status( array_merge( $healthy, array( 'job' => $job, 'serving' => null ) ) );
		same( array( true, null ), array( $first->is_running(), $first->share() ) );
		$later = status( array_merge( $healthy, array( 'job' => $job ) ) );
		same( false, $later->is_running() );
	}
);

check(
	'a server that does not answer makes no line but its reason',
	function () {
		connected( array( null ) );
		$status = status( new WP_Error( 'vitrine', 'It does not answer.' ) );
		same( 'It does not answer.', $status->problem() );
		same( array( null, null, null ), array( line_of( $status, 'Copied' ), line_of( $status, 'Last copy' ), line_of( $status, 'Plan' ) ) );
	}
);

check(
	'what waits is told with the reason, and what was given up is not hidden',
	function () use ( $healthy ) {
		same( array( 'Nothing', null ), line_of( status( $healthy ), 'Waiting to be sent' ) );
		$stuck = status( $healthy, array( 'waiting' => 2, 'problem' => 'The server is away.' ) );
		same( array( '2 messages. The server is away.', false ), line_of( $stuck, 'Waiting to be sent' ) );
		$lost = status( $healthy, array( 'dropped' => 7, 'problem' => 'of yesterday' ) );
		same( array( 'Nothing; 7 were given up', false ), line_of( $lost, 'Waiting to be sent' ) );
	}
);
