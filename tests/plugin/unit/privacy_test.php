<?php
require __DIR__ . '/lib.php';

check( 'the server\'s lists become rows of the export', function () {
	$rows = Vitrine_Privacy::server_rows( array( 'event' => array( array( 'kind' => 'view', 'note' => '', 'n' => 0, 'ok' => true, 'items' => array( 'a/ă' ) ), 'odd' ), 'none' => array(), 'odd' => 7 ) );
	same( 1, count( $rows ) );
	same( array( 'vitrine-event', 'event-0' ), array( $rows[0]['group_id'], $rows[0]['item_id'] ) );
	same( array( array( 'name' => 'kind', 'value' => 'view' ), array( 'name' => 'n', 'value' => '0' ), array( 'name' => 'ok', 'value' => 'true' ), array( 'name' => 'items', 'value' => '[&quot;a/ă&quot;]' ) ), $rows[0]['data'] );
} );

check( 'what the server keeps is never run as HTML', function () {
	$rows = Vitrine_Privacy::server_rows( array( '<b>x</b>' => array( array( 'q' => '<script>1</script>' ) ) ) );
	same( '&lt;script&gt;1&lt;/script&gt;', $rows[0]['data'][0]['value'] );
	same( 'vitrine-bxb', $rows[0]['group_id'] );
} );
